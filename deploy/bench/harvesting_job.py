"""One run in a process of its own, as a worker's job has one; tells what it took."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from ckan.cli import load_config
from ckan.config.middleware import make_app


def main() -> None:
    """Do the run whose id is the first argument."""
    app: Any = make_app(load_config(os.environ["CKAN_INI"]))
    logging.disable(logging.WARNING)
    with app._wsgi_app.test_request_context():
        print(json.dumps(measured(sys.argv[1])))  # noqa: T201 - that is its answer


def measured(run_id: str) -> dict[str, float]:
    """Return the seconds of a run's parts, and its memory at most, in MB."""
    from ckanext.sonla.harvesting.runs import (  # noqa: PLC0415 - CKAN is there now
        checking,
        drafting,
        judging,
        pulling,
        working,
    )

    took: dict[str, float] = {}
    places = (
        (pulling.Pull, "all", "pull"),
        (checking, "check", "check"),
        (drafting, "_fill", "fill"),
        (drafting, "_submit", "submit"),
        (judging, "judge", "judge"),
    )
    for owner, name, part in places:
        setattr(owner, name, _timed(getattr(owner, name), part, took))
    start = time.perf_counter()
    working.work(run_id)
    took["whole"] = time.perf_counter() - start
    took["memory"] = most_memory()
    return took


def most_memory() -> float:
    """Return the most memory that this process had, in MB.

    `getrusage` would count that of the process that started it too.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (most,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(most.split()[1]) / 1024


def _timed(function: Any, part: str, took: dict[str, float]) -> Any:
    def timed(*args: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*args, **options)
        finally:
            took[part] = took.get(part, 0.0) + time.perf_counter() - start

    return timed


if __name__ == "__main__":
    main()
