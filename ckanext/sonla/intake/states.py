"""States of a load, and which may follow which.

A changed file makes its load wait again, whatever its state was.
"""

from __future__ import annotations

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
NONE = "none"
STATES = (WAITING, RUNNING, DONE, FAILED, NONE)

# The file is being read, or will be: a revision can't be submitted yet.
OPEN = (WAITING, RUNNING)

TRANSITIONS = {
    WAITING: (RUNNING,),
    RUNNING: (DONE, FAILED, NONE, WAITING),
    DONE: (WAITING,),
    FAILED: (WAITING,),
    NONE: (WAITING,),
}
