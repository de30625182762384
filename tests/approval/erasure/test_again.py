"""After a backup came back, it is done again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.lib import search
from ckanext.sonla.approval.erasure import again
from tests.factories import approval as make

from .erasing import FIELD, ROW, SECRET, erase

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "no_list")


def test_a_restored_backup_is_cleaned_again(operator, second, superuser):
    """The backup is older than the erasure: its rows are there, the erasure isn't."""
    erase(operator, second, FIELD)
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text("DELETE FROM sonla_erasure_file"))
        connection.execute(sa.text("DELETE FROM sonla_erasure"))
        connection.execute(
            sa.text("UPDATE package SET maintainer = :name WHERE id = :id"),
            {"name": SECRET, "id": second["dataset_id"]},
        )
    model.Session.remove()
    # The index comes back with the database that it lies in.
    search.rebuild(second["dataset_id"])
    model.Session.commit()
    assert make.show(second["dataset_id"])["maintainer"] == SECRET
    done = again.apply()
    assert list(done.outcomes.values()) == [again.AGAIN]
    assert not make.show(second["dataset_id"]).get("maintainer")
    assert list(again.apply().outcomes.values()) == [again.THERE]


def test_the_command_applies_the_list(operator, second, cli):
    from ckan.cli.cli import ckan

    erase(operator, second, ROW)
    result = cli.invoke(ckan, ["sonla", "erasures", "apply"])
    assert result.exit_code == 0, result.output
    assert f"{again.THERE}" in result.output
