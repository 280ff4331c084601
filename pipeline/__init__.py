"""News in, coded events in Postgres, alerts out."""

__version__ = "0.1.0"
