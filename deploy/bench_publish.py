"""`make bench-publish`: what a publication costs, beside stock CKAN and PostgreSQL."""

from __future__ import annotations

from deploy.bench.publish import main

if __name__ == "__main__":
    main()
