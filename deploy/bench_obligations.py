"""`make bench-obligations`: what deadlines cost as the portal grows."""

from __future__ import annotations

from deploy.bench.obligations import main

if __name__ == "__main__":
    main()
