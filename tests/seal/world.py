"""Who and what the attempts of the no-bypass test meet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rq
import sqlalchemy as sa
from sqlalchemy import exc

from ckan.common import config
from ckan.lib import files
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from tests.factories import approval, seal, seal_published

if TYPE_CHECKING:
    from tests.factories.seal import Subject

ROLES = ("officer", "leader", "operator", "other_officer", "sysadmin", "nobody")


@dataclass
class World:
    """A published dataset, its unsealed twin of the same agency, and the callers."""

    app: Any
    superuser: sa.Engine
    tables: sa.Engine
    sealed: Subject
    twin: Subject
    people: dict[str, str]
    tokens: dict[str, str]
    agency_name: str
    spares: list[Subject]
    entry: str = ""

    @classmethod
    def make(cls, app: Any, superuser: sa.Engine, tables: sa.Engine) -> World:
        """Build the portal by the real actions."""
        office = approval.office()
        agency = {"id": office.id, "name": office.name}
        partner = seal.bare(agency, factories.Group())["id"]
        for name, folder in (("resources", "resources"), ("drafts", "drafts")):
            _storage(name, Path(config["ckan.storage_path"]) / folder)
        sealed = seal.subject(agency, partner, "resources", office.id)
        empty = factories.Organization()["id"]

        def make_twin() -> Subject:
            return seal.subject(agency, partner, "drafts", empty, "text_view")

        twin, *spares = make_twin(), make_twin(), make_twin()
        seal_published.publish(sealed, superuser, tables)
        people = {
            "officer": office.officer,
            "leader": office.leader,
            "operator": _operator(),
            "other_officer": approval.office().officer,
            "sysadmin": factories.Sysadmin()["name"],
        }
        for queue in rq.Queue.all(connection=connect_to_redis()):
            queue.empty()
        tokens = {
            role: str(factories.APIToken(user=name)["token"])
            for role, name in people.items()
        }
        return cls(
            app, superuser, tables, sealed, twin, people, tokens, office.name, spares
        )

    def draft(self, storage: str = "drafts") -> Subject:
        """Draft one more dataset of the same agency."""
        office = {"id": self.sealed.agency, "name": self.agency_name}
        return seal.subject(office, self.sealed.partner, storage, office["id"])

    def another(self) -> Subject:
        """Publish one more dataset of the same agency."""
        made = self.draft("resources")
        seal_published.publish(made, self.superuser, self.tables)
        return made

    def mend(self) -> None:
        """Put back of the twin what a rollback in CKAN's database doesn't undo."""
        location = Path(config["ckan.storage_path"]) / "drafts"
        for name in (f"{self.twin.dataset}.csv", self.twin.unregistered):
            (location / name).write_text(seal.CSV, encoding="utf-8")
        if not self._table_is_whole():
            with self.tables.begin() as connection:
                connection.execute(
                    sa.text(f'DROP TABLE IF EXISTS "{self.twin.resource}" CASCADE')
                )
            seal.table(self.twin.resource)

    def _table_is_whole(self) -> bool:
        query = sa.text(
            "SELECT string_agg(t::text, '|' ORDER BY _id)"
            ' FROM (SELECT _id, ma, ten, so_lop FROM "{}") AS t'.replace(
                "{}", self.twin.resource
            )
        )
        columns = sa.text(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = :name"
        )
        aliases = sa.text('SELECT count(*) FROM "_table_metadata" WHERE alias_of = :id')
        try:
            with self.tables.connect() as connection:
                id_ = self.twin.resource
                return (
                    connection.scalar(query) == WHOLE
                    and connection.scalar(columns, {"name": id_}) == 5
                    and connection.scalar(aliases, {"id": id_}) == 1
                )
        except exc.ProgrammingError:
            return False


WHOLE = '(1,TH001,"Tiểu học Chiềng Lề",12)|(2,TH002,"Tiểu học Quyết Thắng",20)'


def _storage(name: str, path: Path) -> None:
    """Configure a storage of CKAN's file manager, as an administrator may."""
    settings = {"type": "ckan:fs", "path": str(path), "initialize": True}
    files.storages.register(name, files.make_storage(name, settings))


def _operator() -> str:
    office = factories.Organization(name=config["sonla.policy.operating_office"])
    return approval.appoint(office["id"], "operator")
