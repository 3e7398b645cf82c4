"""Takes all figures one after another and prints one table: python -m benchmarks [name of a script ...]."""

import importlib
import os
import platform
import sys
import time

from benchmarks.measuring import Figure, table

SCRIPTS = (
    "tap",
    "storing",
    "serving",
    "exchange",
    "starting",
    "calls",
    "report",
    "page",
    "painting",
    "boxing",
    "masking",
    "texts",
    "crowd",
    "adaptive",
    "watch",
    "candour",
    "settling",
    "weighed",
)


def main() -> None:
    names = sys.argv[1:] or SCRIPTS
    figures: list[Figure] = []
    for name in names:
        began = time.monotonic()
        figures += importlib.import_module(f"benchmarks.{name}").figures()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load}\n")  # noqa: T201
    print(table(figures))  # noqa: T201


if __name__ == "__main__":
    main()
