"""Write DICTIONARY.md from a database of its own with the newest schema: python -m benchmarks.dictionary (make dictionary)."""

from __future__ import annotations

from benchmarks.store import server
from pipeline.config import ROOT
from pipeline.export.dictionary import dictionary
from pipeline.local import embedded
from pipeline.postgres.database import Database
from pipeline.postgres.migrate import migrate


def main() -> None:
    with server() as settings:
        migrate(embedded.url(settings))
        with Database(embedded.url(settings)).transaction() as transaction:
            (ROOT / "DICTIONARY.md").write_text(dictionary(transaction.all("describe_views")), "utf-8")


if __name__ == "__main__":
    main()
