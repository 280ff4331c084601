"""Page: values in, an HTML mail out. Templates of ours, every value escaped by jinja2; nobody else can write one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline import templates

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """Fill a template of this package; a value it asks for and is not given is an error."""
    return _templates().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _templates() -> templates.Environment:
    return templates.environment(TEMPLATES)
