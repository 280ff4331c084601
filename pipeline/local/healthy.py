"""Exit 0 when a part of Airflow is healthy, as the API server tells: for the health checks of containers.

    python -m pipeline.local.healthy scheduler

They run again and again, and `airflow jobs check` takes four seconds of a core each time to import Airflow.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from pipeline.local import rest


def address(environment: Mapping[str, str] = os.environ) -> str:
    """Of the API server, from the setting by which Airflow's other parts find it."""
    parts = urlsplit(environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"])
    return f"{parts.scheme}://{parts.netloc}"


if __name__ == "__main__":
    health = (rest.health(address()) or {}).get(sys.argv[1], "unknown")
    # The engine keeps it: `docker inspect` shows why a service is not healthy.
    sys.stdout.write(health + "\n")
    sys.exit(health != "healthy")
