"""The same feeds read by lemon24/reader, in an environment that has it: one pass a line of standard input.

/path/to/env/bin/python benchmarks/fetch/reader_client.py DATABASE WORKERS < addresses
"""

from __future__ import annotations

import resource
import sys
import time


def main() -> None:
    from reader import make_reader

    reader = make_reader(sys.argv[1])
    for address in sys.stdin.readline().split():
        reader.add_feed(address, allow_invalid_url=True)
    print("ready", flush=True)
    for _ in sys.stdin:
        started, worked = time.perf_counter(), time.process_time()
        count = sum(1 for _ in reader.update_feeds_iter(workers=int(sys.argv[2]), scheduled=False))
        seconds = time.perf_counter() - started
        cpu = time.process_time() - worked
        print(count, seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


if __name__ == "__main__":
    main()
