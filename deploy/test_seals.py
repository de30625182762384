"""Remove each seal in turn and see that the no-bypass test turns red.

`make test-seals` runs this on a throw-away cluster whose settings `CKAN_INI` names.
"""

from __future__ import annotations

import os
import sys

import pytest

if __name__ == "__main__":
    sys.exit(
        pytest.main(
            [
                "tests/seal/remove_each.py",
                f"--ckan-ini={os.environ['CKAN_INI']}",
                "--show-capture=no",
                "-qs",
            ]
        )
    )
