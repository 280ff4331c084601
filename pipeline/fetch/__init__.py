"""Fetch: feeds in, new articles out; `records.py` says how. The only home of feedparser and of HTTP GET."""
