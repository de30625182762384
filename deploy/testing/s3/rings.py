"""Writes Swift's rings: which of its servers has what. Run by Swift's own Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from swift.common.ring import RingBuilder  # pyright: ignore[reportMissingImports]

_PART_POWER, _REPLICAS, _HOURS = 4, 1, 1


def main(folder: str, ports: str) -> None:
    """Write a ring of one device for each kind of server.

    Args:
        folder: where to.
        ports: JSON, the port of the servers `account`, `container`, `object`.
    """
    for kind, port in json.loads(ports).items():
        builder = RingBuilder(_PART_POWER, _REPLICAS, _HOURS)
        builder.add_dev(
            {
                "id": 0,
                "region": 1,
                "zone": 1,
                "ip": "127.0.0.1",
                "port": port,
                "replication_ip": "127.0.0.1",
                "replication_port": port,
                "device": "d1",
                "weight": 1,
                "meta": "",
            }
        )
        builder.rebalance()
        builder.get_ring().save(str(Path(folder) / f"{kind}.ring.gz"))


if __name__ == "__main__":
    main(*sys.argv[1:])
