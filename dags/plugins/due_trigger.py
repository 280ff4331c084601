"""Rings when a message, a reminder or an escalation is due: waits in the triggerer, where a thousand wait as one, and holds no worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

# The run that was rung for takes its work within some seconds; until then it is not rung again.
AFTER_RINGING_SECONDS = 8.0


class DueTrigger(BaseEventTrigger):
    """An event each time when something is due that nobody works at."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the triggerer makes it anew: by a name that the folder of plugins, which is on its path, gives."""
        return "due_trigger.DueTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait and ring, for ever; the waiting itself, which asks the database now and then, in a thread."""
        from pipeline.stages.waiting import wait_until_due

        while True:
            due_count = await asyncio.to_thread(wait_until_due)
            yield TriggerEvent({"due": due_count})  # type: ignore[no-untyped-call]
            await asyncio.sleep(AFTER_RINGING_SECONDS)
