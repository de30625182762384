"""What CKAN and ckanext-harvest hold in a person's name, for a hand-over.

Drafts belong to the agency and need no move. Who opened or edited a revision stays as
it was: four eyes rest on it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins as p
from ckan import model
from ckanext.sonla.shared.hand_over import Succession, ends, moves


@moves("followed")
def move_followed(succession: Succession) -> int:
    """Let the successor follow what the predecessor did of the agency's."""
    datasets = sa.select(model.Package.id).where(
        model.Package.owner_org == succession.agency_id
    )
    return _move_following(
        model.UserFollowingDataset, succession, datasets
    ) + _move_following(
        model.UserFollowingGroup,
        succession,
        sa.select(sa.literal(succession.agency_id)),
    )


def _move_following(kind: Any, succession: Succession, objects: sa.Select[Any]) -> int:
    mine = kind.follower_id == succession.predecessor
    theirs = sa.select(kind.object_id).where(kind.follower_id == succession.successor)
    moved: Any = model.Session.execute(
        sa.update(kind)
        .where(mine, kind.object_id.in_(objects), kind.object_id.not_in(theirs))
        .values(follower_id=succession.successor)
        .execution_options(synchronize_session=False)
    )
    model.Session.execute(
        sa.delete(kind)
        .where(mine, kind.object_id.in_(objects))
        .execution_options(synchronize_session=False)
    )
    return moved.rowcount


@moves("harvest_sources")
def move_harvest_sources(succession: Succession) -> int:
    """Make the successor the contact of the agency's harvest sources (article 5.3)."""
    if not p.plugin_loaded("harvest"):
        return 0
    # Its tables exist only where the plugin is loaded.
    from ckanext.harvest.model import HarvestSource  # noqa: PLC0415

    moved: Any = model.Session.execute(
        sa.update(HarvestSource)
        .where(
            HarvestSource.user_id == succession.predecessor,
            HarvestSource.publisher_id == succession.agency_id,
        )
        .values(user_id=succession.successor)
        .execution_options(synchronize_session=False)
    )
    return moved.rowcount


@ends("api_tokens")
def end_tokens_of(succession: Succession) -> int:
    """End what programs used in the predecessor's name."""
    return end_tokens(succession.predecessor)


def end_tokens(user_id: str) -> int:
    """Revoke every API token of an account."""
    ended: Any = model.Session.execute(
        sa.delete(model.ApiToken)
        .where(model.ApiToken.user_id == user_id)
        .execution_options(synchronize_session=False)
    )
    return ended.rowcount
