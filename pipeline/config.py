"""Settings: one frozen record, read from the environment (`TOCSIN_…`), with defaults that work.

A wrong value is refused with its name, the value and what is allowed; nothing is guessed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent
# Where dags, sql, seeds and model lie: beside the package in a checkout, inside it where it was installed.
IS_INSTALLED = (PACKAGE / "shipped").is_dir()
ROOT = PACKAGE / "shipped" if IS_INSTALLED else PACKAGE.parent
# First on the path of every Python of ours that is started by another program than ours.
IMPORT_ROOT = PACKAGE.parent


DRIFT_DAYS = 30  # the last day and the four weeks before, which validate compares, and one to spare
MAX_EXTRACT_TASKS = 256
MAX_DAYS = 36_500


def default_home() -> Path:
    """The folder of all state: `var` in a checkout, else the user's own place for data."""
    if not IS_INSTALLED:
        return ROOT / "var"
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if data.startswith("/") else Path.home() / ".local" / "share") / "tocsin"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a person may set. Each field is read from `TOCSIN_<FIELD NAME IN CAPITALS>`.

    Args:
        home: Folder for all state: the embedded database, logs, secrets, Data Docs.
        database_url: A Postgres of your own; empty means the embedded one under `home`.
        airflow_database_url: Airflow's metadata database; empty means `<database>_airflow` beside ours.
        postgres_port: Port of the embedded Postgres on 127.0.0.1; 0 takes a free one once and keeps it.
        seed_port: Port on which `tocsin run` serves the seed article on 127.0.0.1.
        airflow_port: Port of Airflow's API server and UI on 127.0.0.1.
        web_port: Port on which `tocsin web` serves the pages on 127.0.0.1.
        feeds_path: CSV or OPML of feeds. rules_path: folder of YAML rules; model_path: a spaCy pipeline.
        receivers_path: YAML of receivers, who may be notified and by which channel.
        reader: on lets the trained reader weigh what the rules propose; off codes by rules alone. reader_path: the trained reader's folder.
        actors_path: CSV of your own actors; empty for none.
        contact: An e-mail address or page, put into the User-Agent, so that a publisher can reach you; empty: what was
            answered at set-up (the file contact in home).
        allow_private_addresses: Comma-separated hosts that may be fetched although their address is
            not public; loopback is needed for the feed that is served from this machine.
        fetch_timeout_seconds: For one response, from connect to the last byte.
        max_feed_bytes, max_page_bytes: After inflating.
        max_new_entries: New articles taken from one feed in one run.
        max_attempts: Tries of one page or article before quarantine; notifications have a schedule of their own.
        min_confidence: Candidates below are discarded as doubtful. Source: the calibration table in ACCURACY.md,
            where of those below 0.3 one in fifty is right.
        min_confidence_alone: The same for candidates with one party. The gold that confidence is fitted on codes
            pairs alone, so what stands alone looks unlikely there ("thousands protested in Lima"); attacks whose
            victim alone is named are the exception, with a model of their own. Source: of 48 candidates of one
            party above 0.1 in 260 lines of world news, read by eye, 38 told what happened.
        reader_min_confidence: The same where the trained reader decides, for one party as for two. Source: ACCURACY.md,
            whole articles.
        fetch_tasks: Tasks of fetch side by side in a run of the DAG: one is enough for thousands of feeds; with several
            machines, one each.
        extract_tasks: Tasks of extract side by side in a run of the DAG; 0 means one a core of the machine that reads
            the DAG. With several machines: their cores together.
        smtp_url: smtp://user@host:port or smtps://…; empty means e-mail cannot be sent.
            The password comes from smtp_password_file.
        webhook_secret_file: Standard Webhooks secret(s), one per line, newest first.
        websub_url: Address under which hubs reach `tocsin websub` from outside (a proxy's, mostly); websub_host and
            websub_port: what it listens on.
        desk_url: Address shown in alerts to look events up; empty for none. "{event_id}" in it becomes the event's id.
        keep_text_days: Days after which an article's text is dropped once it is coded; title, address, hash and the
            sentences that tell events stay. 0 keeps for ever, here and below.
        keep_candidate_days: The same for candidates, with all their spans: as long as `tocsin explain` can say why, and
            no shorter than the four weeks that the drift of a day is held against. Events and mentions stay for ever.
        keep_seen_url_days: For links that need no further look; one that a feed still shows then is looked at again.
        keep_quarantine_days, keep_notification_days, keep_batch_days: For what was refused, messages that were sent
            or given up, and runs that brought nothing.
        keep_pages: on keeps the pages of articles as they came, compressed, so that their text can be taken again
            (`tocsin reread`); off keeps none. keep_page_days: for how long.
        min_free_bytes: With less free on the disk no new work is taken, until there is more; 0 never stops.
    """

    home: Path = field(default_factory=default_home)
    database_url: str = ""
    airflow_database_url: str = ""
    postgres_port: int = 0
    airflow_port: int = 8080
    seed_port: int = 8079
    web_port: int = 8081
    feeds_path: Path = ROOT / "seeds" / "feeds.csv"
    rules_path: Path = ROOT / "seeds" / "rules"
    receivers_path: Path = ROOT / "seeds" / "receivers.yaml"
    model_path: Path = ROOT / "model" / "news_sm"
    reader: str = "on"
    reader_path: Path = ROOT / "model" / "reader"
    actors_path: str = ""
    contact: str = ""
    allow_private_addresses: str = ""
    fetch_timeout_seconds: float = 20.0
    max_feed_bytes: int = 10_000_000
    max_page_bytes: int = 3_000_000
    max_new_entries: int = 500
    max_attempts: int = 5
    min_confidence: float = 0.3
    min_confidence_alone: float = 0.1
    reader_min_confidence: float = 0.3
    fetch_tasks: int = 1
    extract_tasks: int = 0
    smtp_url: str = ""
    smtp_password_file: str = ""
    mail_from: str = "tocsin@localhost"
    webhook_secret_file: str = ""
    desk_url: str = ""
    websub_url: str = ""
    websub_host: str = "127.0.0.1"
    websub_port: int = 8078
    keep_text_days: int = 30
    keep_candidate_days: int = 90
    keep_seen_url_days: int = 180
    keep_quarantine_days: int = 90
    keep_notification_days: int = 365
    keep_batch_days: int = 90
    keep_pages: str = "on"
    keep_page_days: int = 14
    min_free_bytes: int = 1_000_000_000
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            if not allowed.holds(value := getattr(self, name)):
                raise ConfigError(f"TOCSIN_{name.upper()} must {allowed.text}, got {value}")
        if self.database_url and not self.database_url.startswith(("postgresql://", "postgres://")):
            raise ConfigError(
                "TOCSIN_DATABASE_URL must look like postgresql://user:password@host:port/database "
                f"(it starts with {self.database_url.split(':', 1)[0][:20]!r})"
            )
        for name in ("reader", "keep_pages"):
            if getattr(self, name) not in ("on", "off"):
                raise ConfigError(f"TOCSIN_{name.upper()} must be on or off, got {getattr(self, name)!r}")
        levels = ("DEBUG", "INFO", "WARNING", "ERROR")
        if self.log_level.upper() not in levels:
            raise ConfigError(f"TOCSIN_LOG_LEVEL must be one of {', '.join(levels)}, got {self.log_level!r}")

    @property
    def contact_file(self) -> Path:
        """Where the answer at set-up is kept."""
        return self.home / "contact"

    @property
    def publishers_contact(self) -> str:
        """How publishers can reach the operator; empty where nobody said."""
        if self.contact:
            return self.contact
        try:
            return self.contact_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    @property
    def alerts_log(self) -> Path:
        """The file that receivers with the channel `log` write to."""
        return self.home / "alerts.log"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The numbers a setting may be."""

    text: str
    holds: Callable[[float], bool]


def _within(most: int) -> Allowed:
    return Allowed(f"lie in 0..{most}", lambda value: 0 <= value <= most)


def _for_ever_or_from(least: int) -> Allowed:
    return Allowed(
        f"be 0 (for ever) or lie in {least}..{MAX_DAYS}",
        lambda value: value == 0 or least <= value <= MAX_DAYS,
    )


_ABOVE_ZERO = Allowed("be above 0", lambda value: value > 0)
_ALLOWED = {
    "fetch_timeout_seconds": _ABOVE_ZERO,
    "max_feed_bytes": _ABOVE_ZERO,
    "max_page_bytes": _ABOVE_ZERO,
    "max_new_entries": _ABOVE_ZERO,
    "max_attempts": _ABOVE_ZERO,
    "keep_text_days": _for_ever_or_from(1),
    "keep_candidate_days": _for_ever_or_from(DRIFT_DAYS),
    "keep_seen_url_days": _for_ever_or_from(1),
    "keep_quarantine_days": _for_ever_or_from(1),
    "keep_notification_days": _for_ever_or_from(1),
    "keep_batch_days": _for_ever_or_from(1),
    "keep_page_days": _for_ever_or_from(1),
    "min_free_bytes": Allowed("be 0 or above", lambda value: value >= 0),
    "extract_tasks": _within(MAX_EXTRACT_TASKS),
    "fetch_tasks": Allowed(f"lie in 1..{MAX_EXTRACT_TASKS}", lambda value: 1 <= value <= MAX_EXTRACT_TASKS),
    "postgres_port": _within(65535),
    "airflow_port": _within(65535),
    "seed_port": _within(65535),
    "websub_port": _within(65535),
    "web_port": _within(65535),
    "min_confidence": _within(1),
    "min_confidence_alone": _within(1),
    "reader_min_confidence": _within(1),
}


def _finite(raw: str) -> float:
    if not math.isfinite(value := float(raw)):
        raise ValueError(raw)
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": _finite,
    "str": str,
    "Path": lambda raw: Path(raw).expanduser().resolve(),
}


_KINDS = {"int": "a whole number", "float": "a finite number", "str": "text", "Path": "a path"}


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        ConfigError: A value has the wrong type or range, or a `TOCSIN_` name is not a setting.
    """
    environment = os.environ if environment is None else environment
    known = {f"TOCSIN_{setting.name.upper()}": setting for setting in fields(Settings)}
    unknown = sorted(name for name in environment if name.startswith("TOCSIN_") and name not in known)
    if unknown:
        raise ConfigError(f"no setting {unknown[0]}; there are: {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for name, setting in known.items():
        raw = environment.get(name, "")
        if raw == "":
            continue
        try:
            values[setting.name] = _READERS[str(setting.type)](raw)
        except ValueError:
            raise ConfigError(f"{name} must be {_KINDS[str(setting.type)]}, got {raw!r}") from None
    return Settings(**values)
