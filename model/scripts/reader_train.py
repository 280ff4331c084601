"""Train the reader on the corpus and pack its weights.

    python model/scripts/reader_train.py ENCODER DATA.jsonl.gz ARTICLES.jsonl[.gz] … OUT

ENCODER is a folder with all-MiniLM-L6-v2 (model.safetensors), DATA what reader_data.py wrote, ARTICLES the texts of the corpus, OUT a
folder. Needs torch, safetensors, onnx and onnxruntime. Learnt from are the articles of the part `coded`, but those that chose the
thresholds (reader.toml), and of the part `judged` the words that were judged. Seed fixed; a core takes an hour and a half.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from model.scripts.reader_example import example_window  # noqa: E402
from model.scripts.reader_labels import Example, read_examples  # noqa: E402
from model.scripts.reader_net import Reader, Whole  # noqa: E402
from pipeline.extract.reader.pieces import Pieces  # noqa: E402

BATCH, SEED = 4, 1
# What the trained network gives for two sentences; the tests hold what is shipped against it.
NUMBERS = ROOT / "tests" / "extract" / "reader" / "numbers_of_training.json"


@dataclass(frozen=True, slots=True)
class Stage:
    """How long something is learnt, how fast, and whether with what goes into products rounded as at run time."""

    epochs: int
    rate: float
    is_rounded: bool


# First what was coded; then, more slowly, what was judged as well, twice.
STAGES = (Stage(2, 2e-4, False), Stage(1, 1e-4, True), Stage(1, 1e-4, True))


def train(reader: Reader, stage: Stage, examples: Sequence[Example], left_out: Sequence[Example]) -> None:
    for layer in reader.e.layers:
        layer.is_rounded = stage.is_rounded
    encoder = [value for value in reader.e.parameters() if value.requires_grad]
    own = {id(value) for value in reader.e.parameters()}
    heads = [value for value in reader.parameters() if id(value) not in own]
    rates = [{"params": encoder, "lr": stage.rate}, {"params": heads, "lr": 10 * stage.rate}]
    optimizer = torch.optim.AdamW(rates, weight_decay=0.01)
    steps = stage.epochs * (len(examples) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.08 * steps)) * max(0.02, 1 - step / steps)
    )
    started = time.monotonic()
    for epoch in range(stage.epochs):
        reader.train()
        total = 0.0
        for number, batch in enumerate(batches(examples), 1):
            loss = reader.loss(batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
            if number % 50 == 0:
                print(f"  step {number}: {time.monotonic() - started:.0f} s", flush=True)
        reader.eval()
        with torch.no_grad():
            other = sum(reader.loss(batch).item() for batch in batches(left_out))
        print(
            f"epoch {epoch + 1} of {stage.epochs}: loss {total:.1f}, of those left out {other:.1f}, "
            f"after {time.monotonic() - started:.0f} s",
            flush=True,
        )


def batches(examples: Sequence[Example]) -> list[list[Example]]:
    """Examples of about one length together, in an order of chance."""
    order = sorted(examples, key=lambda one: len(one.window.pieces) + random.random() * 25)
    made = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    random.shuffle(made)
    return made


def pack(reader: Reader, folder: Path) -> None:
    """The encoder with bytes in its products and tables, a scale a column; the heads as halves."""
    for layer in reader.e.layers:
        layer.is_rounded = False
    plain = folder / "plain.onnx"
    ids = torch.ones(2, 16, dtype=torch.long)
    free = {0: "texts", 1: "pieces"}
    torch.onnx.export(
        Whole(reader.e), (ids, ids, torch.zeros(2, 1, 1, 16)), str(plain), dynamo=False, opset_version=17,
        input_names=["ids", "kinds", "bias"], output_names=["vectors"],
        dynamic_axes={"ids": free, "kinds": free, "bias": {0: "texts", 3: "pieces"}, "vectors": free},
    )  # fmt: skip
    quantize_dynamic(plain, folder / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True)
    plain.unlink()
    heads = {
        name: value.numpy().astype(np.float16 if value.ndim == 2 else np.float32)
        for name, value in reader.state_dict().items()
        if not name.startswith("e.")
    }
    np.savez(folder / "heads.npz", **heads)


def main(arguments: Sequence[str]) -> None:
    encoder, data, *articles, out = map(Path, arguments)
    random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    pieces = Pieces(ROOT / "model" / "reader" / "pieces.txt.gz")
    shown = read_examples(data, articles, pieces)
    print(f"{len(shown.coded)} windows of coded articles, {len(shown.judged)} of judged rows", flush=True)
    reader = Reader(encoder)
    first, *later = STAGES
    train(reader, first, shown.coded, shown.left_out)
    for stage in later:
        train(reader, stage, shown.coded + shown.judged, shown.left_out)
    pack(reader.eval(), out)
    held = json.dumps(list(reader.numbers(example_window(pieces))), indent=1)
    NUMBERS.write_text(held + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(sys.argv[1:])
