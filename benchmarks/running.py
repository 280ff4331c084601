"""A whole Tocsin that runs while something is measured: `tocsin up` over a home of its own, and everything gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.config import ROOT, Settings
from pipeline.local import embedded
from pipeline.local.environment import settings_environment

UP = """
import sys
from pipeline.config import load_settings
from pipeline.local.run import up

broker_url, worker_count = sys.argv[1], int(sys.argv[2])
celery = {"executor": "CeleryExecutor", "broker_url": broker_url, "worker_count": worker_count} if broker_url else {}
up(load_settings(), on_progress=lambda change: print(change.subject, change.state, flush=True), **celery)
"""


@contextmanager
def running(settings: Settings, broker_url: str = "", worker_count: int = 1) -> Iterator[None]:
    """Start everything, wait until Airflow is ready, and take it down again; with Celery where there is a Redis for it."""
    began = time.monotonic()
    up = subprocess.Popen(
        [sys.executable, "-c", UP, broker_url, str(worker_count)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **settings_environment(settings)},
    )  # fmt: skip
    try:
        while up.stdout and up.stdout.readline().strip() != "airflow ready":
            if up.poll() is not None:
                raise SystemExit(f"tocsin up ended with {up.returncode}")
        print(f"up and ready after {time.monotonic() - began:.1f} s", flush=True)
        yield
    finally:
        began = time.monotonic()
        up.send_signal(signal.SIGTERM)
        up.wait(60)
        print(f"stopped after {time.monotonic() - began:.1f} s")
        embedded.destroy(settings)
