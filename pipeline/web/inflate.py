"""Compressed answers made plain, piece by piece, within a limit."""

from __future__ import annotations

import re
import zlib
from typing import Any, Protocol

from pipeline.errors import FetchError

ENCODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd")
MAXIMUM_ENCODINGS = 2
PIECE_BYTES = 1 << 20  # brotli is asked for so much at once, so that a bomb is noticed before it is whole
# The same for zstd, whose decoder makes all of a piece at once: a block of 128 kB may stand in four bytes of it.
ZSTD_PIECE_BYTES = 1 << 11
MAXIMUM_STREAMS = 1_000  # of one gzip answer; a million empty ones would cost minutes and make nothing
GZIP_START = b"\x1f\x8b\x08"


class Stream(Protocol):
    """Undoes one Content-Encoding, piece by piece."""

    def push(self, data: bytes) -> bytes:
        """Inflate the next piece."""
        ...

    def finish(self) -> None:
        """Check that its end came."""
        ...


class Inflater:
    """Undoes one Content-Encoding (gzip or deflate) piece by piece, never making more than `limit` bytes."""

    def __init__(self, name: str, *, limit: int) -> None:
        self._is_gzip = name != "deflate"
        self._limit = limit
        self._made = 0
        self._stream: Any = None
        self._stream_count = 0

    def push(self, data: bytes) -> bytes:
        """Inflate the next piece.

        Raises:
            FetchError: It is broken, or the whole grows larger than the limit.
        """
        made = b""
        while data:
            if self._stream is None or (self._stream.eof and self._starts_anew(data)):
                self._stream = self._next_stream(data)
            elif self._stream.eof:
                # Some servers pad the end; gzip itself passes over that.
                break
            made += self._inflate(data, self._limit + 1 - self._made)
            data = self._stream.unused_data
        return made

    def finish(self) -> None:
        """Raises:
        FetchError: The end is missing.
        """
        if self._stream is not None and not self._stream.eof:
            raise FetchError(f"the compressed answer was cut short after {self._made} bytes")

    def _inflate(self, data: bytes, room: int) -> bytes:
        try:
            made: bytes = self._stream.decompress(data, room)
        except zlib.error as error:
            raise FetchError(f"the compressed answer is broken: {error}") from error
        self._made += len(made)
        if self._made > self._limit:
            raise too_large(self._limit)
        return made

    def _next_stream(self, data: bytes) -> Any:
        self._stream_count += 1
        if self._stream_count > MAXIMUM_STREAMS:
            raise FetchError(f"the compressed answer has more than {MAXIMUM_STREAMS} parts")
        return zlib.decompressobj(self._window(data))

    def _starts_anew(self, data: bytes) -> bool:
        # Gzip may be several streams in a row.
        return self._is_gzip and data[:2] == GZIP_START[: len(data[:2])]

    def _window(self, data: bytes) -> int:
        if self._is_gzip:
            return 31
        # "deflate" is zlib by the book and raw deflate from some servers; the first byte tells.
        return 15 if data[0] & 0x0F == 8 else -15


class BrotliInflater:
    """The same for br, which some servers send unasked."""

    def __init__(self, *, limit: int) -> None:
        import brotli

        self._limit = limit
        self._made = 0
        self._is_begun = False
        self._stream = brotli.Decompressor()
        self._error = brotli.error

    def push(self, data: bytes) -> bytes:
        """Inflate the next piece.

        Raises:
            FetchError: It is broken, or the whole grows larger than the limit.
        """
        made = b""
        self._is_begun = self._is_begun or bool(data)
        while data or not self._stream.can_accept_more_data():
            try:
                piece = self._stream.process(data, output_buffer_limit=PIECE_BYTES)
            except self._error as error:
                raise FetchError(f"the compressed answer is broken: {error}") from error
            data = b""
            self._made += len(piece)
            made += piece
            if self._made > self._limit:
                raise too_large(self._limit)
        return made

    def finish(self) -> None:
        """Raises:
        FetchError: The end is missing.
        """
        if self._is_begun and not self._stream.is_finished():
            raise FetchError(f"the compressed answer was cut short after {self._made} bytes")


class ZstdInflater:
    """The same for zstd, which some servers send unasked too."""

    def __init__(self, *, limit: int) -> None:
        import zstandard

        # No larger window than browsers take (RFC 9659: 8 MB).
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 23)
        self._error = zstandard.ZstdError
        self._limit = limit
        self._made = 0
        self._frame_count = 0
        self._frame: Any = None

    def push(self, data: bytes) -> bytes:
        """Inflate the next piece.

        Raises:
            FetchError: It is broken, or the whole grows larger than the limit.
        """
        return b"".join(
            self._inflate(data[start : start + ZSTD_PIECE_BYTES])
            for start in range(0, len(data), ZSTD_PIECE_BYTES)
        )

    def finish(self) -> None:
        """Raises:
        FetchError: The end is missing.
        """
        if self._frame is not None and not self._frame.eof:
            raise FetchError(f"the compressed answer was cut short after {self._made} bytes")

    def _inflate(self, data: bytes) -> bytes:
        made = b""
        while data:
            if self._frame is None or self._frame.eof:
                self._frame_count += 1
                if self._frame_count > MAXIMUM_STREAMS:
                    raise FetchError(f"the compressed answer has more than {MAXIMUM_STREAMS} parts")
                self._frame = self._decompressor.decompressobj()
            try:
                piece = self._frame.decompress(data)
            except self._error as error:
                raise FetchError(f"the compressed answer is broken: {error}") from error
            data = self._frame.unused_data if self._frame.eof else b""
            self._made += len(piece)
            made += piece
            if self._made > self._limit:
                raise too_large(self._limit)
        return made


def inflaters(content_encoding: str, *, limit: int) -> list[Stream]:
    """Those that undo a Content-Encoding header, in the order to apply them.

    Raises:
        FetchError: Another encoding than gzip, deflate, br or zstd, or more than two of them.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MAXIMUM_ENCODINGS or any(name not in ENCODINGS for name in names):
        raise FetchError(
            f"only gzip, deflate, br and zstd, twice at most, are undone; got Content-Encoding {content_encoding[:100]!r}"
        )
    return [_stream(name, limit) for name in reversed(names)]


def _stream(name: str, limit: int) -> Stream:
    if name == "br":
        return BrotliInflater(limit=limit)
    return ZstdInflater(limit=limit) if name == "zstd" else Inflater(name, limit=limit)


def is_plain(start: bytes) -> bool:
    """Whether an answer begins as markup or JSON, whatever encoding its header names: some servers name one and send none."""
    return bool(re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<[!?a-zA-Z][\x20-\x7e]{3}|\{\s*\")", start))


def too_large(limit: int) -> FetchError:
    """What is raised where an answer goes beyond a limit of bytes."""
    return FetchError(f"the answer is larger than {limit} bytes", is_final=True)


def inflate_undeclared(body: bytes, *, limit: int) -> bytes:
    """Gzip that nobody declared: files served as they lie on the disk."""
    if not body.startswith(GZIP_START):
        return body
    inflater = Inflater("gzip", limit=limit)
    body = inflater.push(body)
    inflater.finish()
    return body
