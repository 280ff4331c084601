"""The trained reader as it is shipped: a network and the pieces it was trained with, loaded from one folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ExtractError
from pipeline.extract.reader.encoder import Encoder
from pipeline.extract.reader.network import Network, load_weights
from pipeline.extract.reader.pieces import Pieces

PIECES, ENCODER, HEADS = "pieces.txt.gz", "encoder.onnx", "heads.npz"


@dataclass(frozen=True, slots=True)
class TrainedReader:
    """A loaded reader; `version` names its weights."""

    network: Network
    pieces: Pieces
    version: str


def load_reader(folder: Path) -> TrainedReader:
    """Load the reader of a folder.

    Raises:
        ExtractError: A file is missing or not as it must be; says which.
    """
    for name in (PIECES, ENCODER, HEADS):
        if not (folder / name).is_file():
            raise ExtractError(
                f"no reader at {folder}: {name} is missing; set TOCSIN_READER=off to code by rules alone"
            )
    digest = hashlib.sha256((folder / ENCODER).read_bytes() + (folder / HEADS).read_bytes()).hexdigest()
    return TrainedReader(
        network=Network(Encoder(folder / ENCODER), load_weights(folder / HEADS)),
        pieces=Pieces(folder / PIECES),
        version=f"reader-{digest[:8]}",
    )
