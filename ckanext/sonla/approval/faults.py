"""Places where a test can end the process; they are every feature's."""

from __future__ import annotations

from ckanext.sonla.shared.faults import VARIABLE, declare, declared, fault

__all__ = ["VARIABLE", "declare", "declared", "fault"]
