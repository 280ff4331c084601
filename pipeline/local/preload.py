"""Imported by Airflow's fork server before it forks the first worker: what each task would else load anew."""

from __future__ import annotations

import gc
import importlib
import logging

# The slow ones of the stages: 2 to 5 s a task where they are imported in it.
MODULES = ("spacy", "great_expectations", "trafilatura", "feedparser", "pipeline.stages.common")

# What they would each work out anew: a function without arguments of one of these.
WORK = {"pipeline.stages.ahead": "work_ahead"}

for _name in (*MODULES, *WORK):
    try:
        _module = importlib.import_module(_name)
        if _name in WORK:
            getattr(_module, WORK[_name])()
    except Exception as _error:  # noqa: BLE001  (the fork server would die of it; the task that needs it says it better)
        logging.getLogger(__name__).warning("not loaded ahead name=%s error=%r", _name, _error)

# Objects of the collector's oldest keep are not touched by it, so that workers go on sharing their pages.
gc.collect()
gc.freeze()
