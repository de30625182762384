"""Loads CKAN as its settings say, and times pages: one process, one set of plugins.

    CKAN_INI=… python -m deploy.bench.pages /catalogue /catalogue/DL-0001

Prints JSON: the median in seconds by address, and by how many bytes memory grew.
`BENCH_TOKEN` is the API token of the account that asks; without it a stranger does.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
from typing import Any

from ckan.cli import load_config
from ckan.config.middleware import make_app

from .timing import median_of

WARM = 3
TIMES = 25
FILES = (".xlsx", ".csv")
# Behind an address: only until something of the answer is there.
FIRST = "#first"


def main() -> None:
    """Time the addresses; a file is fetched once, for the memory that it takes."""
    logging.disable(logging.CRITICAL)
    app: Any = make_app(load_config(os.environ["CKAN_INI"]))
    client = app._wsgi_app.test_client()

    token = os.environ.get("BENCH_TOKEN")
    headers = {"Authorization": token} if token else {}

    def fetch(address: str) -> None:
        answer = client.get(address.removesuffix(FIRST), headers=headers)
        if answer.status_code != 200:  # noqa: PLR2004 - what was asked for
            raise SystemExit(f"{address}: {answer.status}")
        for _part in answer.response:
            if address.endswith(FIRST):
                break
        answer.close()

    told = {}
    for address in sys.argv[1:]:
        times, warm = (1, 0) if address.endswith(FILES) else (TIMES, WARM)
        for _ in range(warm):
            fetch(address)
        before = _peak()
        told[address] = {
            "seconds": median_of(times, lambda address=address: fetch(address)),
            "grown": _peak() - before,
            "peak": _peak(),
        }
    sys.stdout.write(json.dumps(told))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
