"""`ckan sonla`: features add their commands to this group in their own `cli.py`."""

from __future__ import annotations

import click


@click.group(short_help="The portal's own commands.")
def sonla() -> None:
    """Run the portal by its regulation."""


__all__ = ["sonla"]
