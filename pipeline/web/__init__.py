"""The one guarded way out: what fetch reads and what webhooks send goes through here. The only home of aiohttp."""
