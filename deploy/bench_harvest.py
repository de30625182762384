"""`make bench-harvest`: what bringing an agency's rows in costs, beside PostgreSQL."""

from __future__ import annotations

from deploy.bench.harvesting import main

if __name__ == "__main__":
    main()
