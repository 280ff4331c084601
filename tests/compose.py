"""docker-compose.yml and Dockerfile as the tests read them."""

from __future__ import annotations

from typing import Any

import yaml

from pipeline.config import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"make-secrets", "airflow-init"}
LASTING = sorted(SERVICES.keys() - ONE_SHOT)
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "tocsin:local")
ENVIRONMENT: dict[str, str] = COMPOSE["x-tocsin"]["environment"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# As a shell is given it: compose takes one of two dollar signs.
SHELL_LINES = {
    f"{name}.{kind}": line.replace("$$", "$")
    for name, service in SERVICES.items()
    for kind, line in {
        "command": service.get("command", ""),
        "healthcheck": service.get("healthcheck", {}).get("test", ""),
    }.items()
    if line
}
