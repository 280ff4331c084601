"""A form that was sent in, its fields out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request

MAX_BYTES = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The fields of a form by name; a field may stand several times."""

    fields: Mapping[str, list[str]]

    def one(self, name: str) -> str:
        """The last value of a field; empty where it was not sent."""
        return self.fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self.fields.get(name, [])


async def read_form(request: Request) -> Form:
    """Read a form.

    Raises:
        HTTPException: 413, it is longer than MAX_BYTES.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise HTTPException(413, f"a form has at most {MAX_BYTES} bytes")
    return Form(fields=parse_qs(body.decode("utf-8", "replace")))


SentForm = Annotated[Form, Depends(read_form)]
