"""The states of a run and of a quarantined row, and what a run ends with."""

from __future__ import annotations

WAITING, RUNNING, ENDED = "waiting", "running", "ended"
STATES = (WAITING, RUNNING, ENDED)

# What it does while it runs, in this order.
PULLING, CHECKING, DRAFTING, JUDGING = "pulling", "checking", "drafting", "judging"
STAGES = (PULLING, CHECKING, DRAFTING, JUDGING)

# The source said what is public already; a leader has it before her; it was published
# under a standing approval; nothing was done yet, for a reason that ends by itself;
# something has to be mended; somebody ended it.
UNCHANGED = "unchanged"
SUBMITTED = "submitted"
PUBLISHED = "published"
HELD = "held"
FAILED = "failed"
STOPPED = "stopped"
OUTCOMES = (UNCHANGED, SUBMITTED, PUBLISHED, HELD, FAILED, STOPPED)
SUCCESSES = (UNCHANGED, SUBMITTED, PUBLISHED)

# Who wanted it: somebody, the schedule, or a file of corrected rows.
ASKED, SCHEDULED, CORRECTED = "asked", "scheduled", "corrected"
CAUSES = (ASKED, SCHEDULED, CORRECTED)

# All rows of the source, or those that changed since the run before.
FULL, INCREMENTAL = "full", "incremental"
MODES = (FULL, INCREMENTAL)

# A quarantined row waits; a corrected one came; a later full reading had it whole or
# not at all.
OPEN_ROW, CORRECTED_ROW, OVERTAKEN_ROW = "open", "corrected", "overtaken"
QUARANTINE = (OPEN_ROW, CORRECTED_ROW, OVERTAKEN_ROW)
