"""`make bench-validate`: what checking a table costs, beside frictionless and COPY."""

from __future__ import annotations

from deploy.bench.validating import main

if __name__ == "__main__":
    main()
