"""CSV as COPY streams it in, a Parquet file with types and row groups out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from pipeline.postgres.copy_out import BETWEEN, Column

BLOCK_BYTES = 16_000_000  # of CSV a row group: some ten thousand events
TYPES = {
    "bigint": pyarrow.int64(),
    "integer": pyarrow.int32(),
    "double precision": pyarrow.float64(),
    "numeric": pyarrow.float64(),
    "interval": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "timestamp with time zone": pyarrow.timestamp("us", tz="UTC"),
}


def write_parquet(stream: IO[bytes], target: Path, columns: Sequence[Column]) -> int:
    """Write a file, a row group a block, and say how many rows it has.

    Args:
        stream: CSV with a header; an empty field is null, a quoted one an empty text.
        columns: In the order of the stream.
    """
    lists = [column.name for column in columns if column.kind.endswith("[]")]
    types = {column.name: TYPES.get(column.kind, pyarrow.string()) for column in columns}
    schema = pyarrow.schema(
        [(name, pyarrow.list_(pyarrow.string()) if name in lists else kind) for name, kind in types.items()]
    )
    reader = pyarrow.csv.open_csv(
        stream,
        read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    count = 0
    with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in reader:
            values = [_parted(batch[name]) if name in lists else batch[name] for name in schema.names]
            writer.write_batch(pyarrow.record_batch(values, schema=schema))
            count += batch.num_rows
    return count


def _parted(texts: Any) -> Any:
    parted = [None if text is None else text.split(BETWEEN) if text else [] for text in texts.to_pylist()]
    return pyarrow.array(parted, pyarrow.list_(pyarrow.string()))
