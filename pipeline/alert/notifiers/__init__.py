"""Notifiers: one module a channel; `channels.py` knows them all."""
