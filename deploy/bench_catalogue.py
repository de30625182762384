"""`make bench-catalogue`: the catalogue's pages beside a stock organisation page."""

from __future__ import annotations

from deploy.bench.catalogue import main

if __name__ == "__main__":
    main()
