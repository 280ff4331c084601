"""Checked: a YAML document and the model of what it must be in; the model, or one line a mistake, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from pipeline.alert.yaml_file import Document, Problems, Where, show

Model = TypeVar("Model", bound=BaseModel)

# Lists whose parts are counted in messages, from 1; of other lists the value itself is shown.
COUNTED = ("any", "tests")


class Part(BaseModel):
    """A part of a file that people write: unknown keys are refused, and what was read stays."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_by_name=True, validate_by_alias=True
    )


def required(**named: Any) -> Any:
    """A field that must be there: its type itself says what is allowed in its place."""
    return Field(default=None, validate_default=True, json_schema_extra={"required": True}, **named)


def checked(kind: type[Model], document: Document, where: Where = (), **context: Any) -> Model:
    """Make the model of a document, or of the part of it at `where`.

    Args:
        context: What validators are told beside the value.

    Raises:
        ConfigError: One line for each thing wrong: file, line, key, value, what is allowed.
    """
    content = document.content
    for key in where:
        content = content[key]
    try:
        return kind.model_validate(content, context=context)
    except ValidationError as error:
        problems = Problems(document)
        for detail in error.errors(include_url=False):
            _tell(detail, kind, problems, where)
        problems.raise_any()
        raise


def schema_of(kind: type[BaseModel], title: str) -> dict[str, Any]:
    """The JSON Schema of a model, by which editors complete and check a file."""
    schema = kind.model_json_schema(by_alias=True)
    for part in (schema, *schema.get("$defs", {}).values()):
        for name, of in part.get("properties", {}).items():
            if of.pop("required", None) is True:
                part.setdefault("required", []).append(name)
                of.pop("default", None)
            if of.get("default", "") is None:
                del of["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def key_of(where: Where) -> str:
    """Write a place for people: match.any[1].country, counted from 1."""
    shown, before = "", ""
    for part in where:
        if isinstance(part, str):
            shown += f".{part}" if shown else part
        elif before in COUNTED:
            shown += f"[{part + 1}]"
        before = str(part)
    return shown


def _tell(detail: ErrorDetails, kind: type[BaseModel], problems: Problems, start: Where) -> None:
    context = detail.get("ctx", {})
    where: Where = (*start, *_as_written(kind, (*detail["loc"], *context.get("below", ()))))
    key, seen = key_of(where), show(context.get("seen", detail["input"]))
    at = (*where, *context.get("at", ()))
    if detail["type"] == "allowed":
        problems.say(at, f"{key} is {seen}; allowed: {context['allowed']}")
    elif detail["type"] == "said":
        problems.say(at, f"{key} {context['said']}".strip())
    elif detail["type"] == "extra_forbidden":
        names = ", ".join(_names(_model_at(kind, detail["loc"][:-1])))
        part = key_of(where[:-1]) or "the file"
        problems.say(where, f"{part} has no key {show(where[-1])}; allowed: {names}")
    elif detail["type"] in ("model_type", "model_attributes_type"):
        names = ", ".join(_names(_model_at(kind, detail["loc"])))
        problems.say(where, f"{key or 'the file'} is {seen}; allowed: a mapping with {names}")
    else:
        problems.say(where, f"{key or 'the file'} is {seen}: {detail['msg'][:200]}")


def _names(kind: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in kind.model_fields.items())


def _as_written(kind: type[BaseModel], loc: Where) -> Where:
    """A place by the keys of the file, which a few fields are named otherwise than."""
    shown: list[str | int] = []
    for part in loc:
        field = _model_at(kind, tuple(shown)).model_fields.get(part) if isinstance(part, str) else None
        shown.append(field.alias if field and field.alias else part)
    return tuple(shown)


def _model_at(kind: type[BaseModel], loc: Where) -> type[BaseModel]:
    """The model that a place in a file is of."""
    for part in loc:
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                kind = next(_models_in(field.annotation), kind)
    return kind


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def told(value: object) -> Mapping[str, Any]:
    """A mapping to look into before it is checked; an empty one in the place of anything else."""
    # An instance of Mapping is looked for long where it is one of the usual kind.
    return value if type(value) is dict or isinstance(value, Mapping) else {}
