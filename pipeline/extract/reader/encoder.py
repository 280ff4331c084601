"""Encoder: numbers of pieces in, a vector of each in its sentence out; a small transformer run by onnxruntime.

Its products are of bytes, which a processor of today does in half of the time of numpy's floats (model/reader/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from pipeline.errors import ExtractError
from pipeline.extract.reader.heads import Floats


class Encoder:
    """A transformer as in BERT.

    Raises:
        ExtractError: The file is no model that onnxruntime reads.
    """

    def __init__(self, path: Path):
        options = onnxruntime.SessionOptions()
        # One thread: a worker codes beside others, and a pool of threads would not outlive its fork.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no class of its own above its errors
            raise ExtractError(f"cannot read the reader's encoder {path}: {error}") from error

    def __call__(self, numbers: Sequence[int], segments: Sequence[int]) -> Floats:
        """Vectors of the pieces of one text, (pieces, width).

        One text at a time: what is rounded to bytes is then rounded by its own range, whatever else is read, and nothing is padded.
        """
        shown = {
            "ids": np.array([numbers], dtype=np.int64),
            "kinds": np.array([segments], dtype=np.int64),
            "bias": np.zeros((1, 1, 1, len(numbers)), dtype=np.float32),
        }
        (vectors,) = self._session.run(None, shown)
        return np.asarray(vectors[0], dtype=np.float32)
