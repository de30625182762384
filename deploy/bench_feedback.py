"""`make bench-feedback`: what reading and sending cost among a million."""

from __future__ import annotations

from deploy.bench.feedback import main

if __name__ == "__main__":
    main()
