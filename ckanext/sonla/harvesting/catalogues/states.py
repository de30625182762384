"""What becomes of a remote dataset in a run."""

from __future__ import annotations

# Not looked at yet; its files are fetched.
WAITING, FETCHED = "waiting", "fetched"
# Its revision is submitted: the dataset's first one, or another one.
ADDED, UPDATED = "added", "updated"
# What the remote portal says is public already.
UNCHANGED = "unchanged"
# Something has to be mended.
REFUSED = "refused"
# It belongs to no entry; it has to wait for a revision that is open.
UNMAPPED, HELD = "unmapped", "held"
# The remote portal has it no more. The public dataset stays.
GONE = "gone"
STATES = (WAITING, FETCHED, ADDED, UPDATED, UNCHANGED, REFUSED, UNMAPPED, HELD, GONE)

OPEN = (WAITING, FETCHED)
SUBMITTED = (ADDED, UPDATED)
# What a later run compares with.
TAKEN = (*SUBMITTED, UNCHANGED)
LEFT_OUT = (UNMAPPED, HELD)
