"""What a run would otherwise spend much time on, or leave to chance.

Called by `tests/conftest.py` before CKAN starts.
"""

from __future__ import annotations

import inspect
import os
import sys

from hypothesis import HealthCheck, settings
from passlib.hash import (
    pbkdf2_sha512,  # pyright: ignore[reportAttributeAccessIssue] - found when asked for
)


def make_cheap() -> None:
    """Save the time of what no test looks at."""
    inspect.stack = _quick_stack
    # Passwords of tests open nothing, and people are made in nearly every test.
    pbkdf2_sha512.default_rounds = pbkdf2_sha512.min_rounds


def _quick_stack(context: int = 1) -> list[inspect.FrameInfo]:
    """Return the callers, without the lines of their source.

    CKAN asks some sixty times who called it whenever the plugins are loaded. For the
    lines `inspect.stack` looks through every module, for every frame: under pytest
    that was most of what loading took.
    """
    del context
    frame, found = sys._getframe(1), []
    while frame is not None:
        code = frame.f_code
        found.append(
            inspect.FrameInfo(
                frame, code.co_filename, frame.f_lineno, code.co_name, None, None
            )
        )
        frame = frame.f_back
    return found


def make_steady() -> None:
    """Have properties tried with the same examples in every run.

    Only a change of the code may turn a run red, not the luck of its examples, nor how
    busy the machine is. `HYPOTHESIS_PROFILE=explore` looks for new ones.
    """
    patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("steady", derandomize=True, **patient)
    settings.register_profile("explore", derandomize=False, **patient)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
