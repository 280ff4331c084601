"""How fast feeds are read, beside other readers of feeds and beside earlier versions; `python -m benchmarks.fetch --help`."""
