"""An installation in containers: its secrets, made once into a volume that only its services mount, and its state.

    python -m pipeline.local.container /run/secrets

Beside the secrets of every installation lie those of the Postgres and the Redis of docker-compose.yml,
in the forms in which each program reads them from a file, so that no environment and no command line
holds one.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import OperateError
from pipeline.local import healthy, rest
from pipeline.local.cluster import ROLE
from pipeline.local.files import write_private
from pipeline.local.secrets import load_secrets

DATABASE = "tocsin"
AIRFLOW_DATABASE = "airflow"
# Read by the users of the images of Postgres, Redis and Grafana, who are not ours.
READ_BY_OTHERS = (
    "postgres_password", "redis.conf", "redis_password", "analyst_password", "grafana_admin_password",
)  # fmt: skip


# Set by the Dockerfile.
MARK = "IN_TOCSIN_IMAGE"


def is_here(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether this is one of our containers, where Airflow is set up by docker-compose.yml and not by us."""
    return bool(environment.get(MARK))


def refuse_here(command: str) -> None:
    """Refuse a command that would start or stop a second Airflow beside the services.

    Raises:
        OperateError: This is one of our containers.
    """
    if is_here():
        raise OperateError(
            f"`tocsin {command}` is for one machine without containers; here `docker compose` starts and stops Airflow"
        )


def published(url: str, environment: Mapping[str, str] = os.environ) -> str:
    """The address of the database as the host of the containers sees it; elsewhere the address as it is."""
    if not is_here(environment):
        return url
    parts = urlsplit(url)
    who = parts.netloc.rpartition("@")[0]
    # What follows the database, such as a file with passwords, lies in the container.
    return parts._replace(netloc=f"{who}@127.0.0.1:{environment['POSTGRES_PORT']}", query="").geturl()


def airflow_health(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Airflow's services and their health, as its API server tells; that one alone as "away" where it does not answer."""
    told = rest.health(healthy.address(environment))
    return {"api_server": "away"} if told is None else {"api_server": "healthy", **told}


def make_container_secrets(folder: Path) -> None:
    """Write what is missing; what is there stays, so that data and passwords go on fitting."""
    load_secrets(folder)
    postgres = _kept(folder / "postgres_password")
    redis = _kept(folder / "redis_password")
    for name in ("analyst_password", "grafana_admin_password"):
        _kept(folder / name)
    metadata = f"postgresql+psycopg2://{ROLE}:{postgres}@postgres:5432/{AIRFLOW_DATABASE}"
    files = {
        "pgpass": f"postgres:5432:*:{ROLE}:{postgres}\n",
        "airflow_database_url": metadata,
        "result_backend": f"db+{metadata}",
        "broker_url": f"redis://:{redis}@redis:6379/0",
        "redis.conf": f"requirepass {redis}\nsave ''\nappendonly no\n",
    }
    for name, text in files.items():
        write_private(folder / name, text)
    for name in READ_BY_OTHERS:
        (folder / name).chmod(0o444)
    # The files say who may read them; the folder is seen by nobody but the services that mount it.
    folder.chmod(0o755)


def _kept(path: Path) -> str:
    if not path.exists():
        # Letters, digits, - and _ alone: it stands in addresses and in a configuration file as it is.
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


if __name__ == "__main__":
    make_container_secrets(Path(sys.argv[1]))
