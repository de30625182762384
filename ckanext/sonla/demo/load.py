"""Load the demonstration: every step is an action that its own account calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ckan import model
from ckanext.sonla.shared import roles

from . import facts
from .accounts import Accounts, call
from .asking import AskedPath
from .datasets import MARK, DatasetPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DECISION = "Quyết định số 782/QĐ-UBND (trình diễn)"


def is_appointed(agency: str) -> bool:
    """Tell whether an agency has its officer and its leader."""
    group = model.Group.get(agency)
    return group is not None and all(
        roles.holders_of(role, group.id) for role in (roles.OFFICER, roles.LEADER)
    )


class Demo:
    """The demonstration portal while it is being made.

    Args:
        accounts_file: where names, passwords and tokens of the demonstration accounts
            go (mode 600); the same shape as `var/demo-accounts.json`.
    """

    def __init__(self, accounts_file: Path) -> None:
        self.accounts = Accounts(accounts_file)
        self.entries: dict[str, facts.Entry] = facts.catalogue()["entries"]
        self.office: str = facts.offices()["operating_office"]
        with (facts.DATA / "story.yaml").open(encoding="utf-8") as text:
            self.story: dict[str, Any] = yaml.safe_load(text)

    def steps(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Yield what is done, with its name, in order."""
        yield "operating office", self.operating_office
        for office in facts.offices()["agencies"]:
            if office["name"] != self.office:
                yield office["title"], lambda office=office: self.agency(office)
        for commune in facts.communes():
            yield commune.name, lambda commune=commune: self.commune(commune)
        yield "technical account", self.technical_account
        yield "tokens", self.accounts.give_tokens
        for domain in facts.offices()["domains"]:
            yield domain["title"], lambda domain=domain: self.domain(domain)
        yield "catalogue", self.catalogue
        yield from self.datasets()
        for told in self.story["asked"]:
            path = AskedPath(self.entries[told["entry"]], told)
            yield f"{told['entry']} feedback {told['way']}", path.walk

    def datasets(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Yield every dataset of the story, as far as it has come."""
        shared = self.story["shared"]
        for commune in facts.communes():
            if commune.code in shared["communes"]:
                path = DatasetPath(self.entries[shared["entry"]], commune)
                yield (
                    f"{shared['entry']} {commune.name}",
                    lambda path=path: path.walk("published", shared),
                )
        for state in ("published", "draft", "submitted", "returned"):
            for code, told in self.story[state].items():
                path = DatasetPath(self.entries[code])
                yield (
                    f"{code} {state}",
                    lambda path=path, state=state, told=told: path.walk(state, told),
                )
        for code, told in self.story["updates"].items():
            path = DatasetPath(self.entries[code])
            yield f"{code} update", lambda path=path, told=told: path.update(told)

    # Agencies

    def _appoint(self, office: dict[str, Any], **more: Any) -> None:
        name, title = office["name"], office["title"]
        if is_appointed(name):
            return
        call(
            "sonla_agency_provision",
            None,
            agency={
                "name": name,
                "title": title,
                "title_en": office["title_en"],
                "agency_kind": office["kind"],
                "agency_code": office["code"],
                "former_names": "\n".join(office["former"]),
                "description": MARK,
            },
            officer=self.accounts.make(
                "officer", name, f"cb-{name}"[:90], f"Cán bộ tổng hợp, {title}"
            ),
            leader=self.accounts.make(
                "leader", name, f"ld-{name}"[:90], f"Lãnh đạo duyệt, {title}"
            ),
            decision=DECISION,
            **more,
        )

    def operating_office(self) -> None:
        """The office that runs the portal, its operator and an auditor."""
        office = next(
            line for line in facts.offices()["agencies"] if line["name"] == self.office
        )
        self._appoint(
            office,
            operator=self.accounts.make(
                "operator", self.office, "van-hanh", "Cán bộ vận hành cổng"
            ),
            auditor=self.accounts.make(
                "auditor", self.office, "kiem-tra", "Cán bộ kiểm tra"
            ),
        )

    def agency(self, office: dict[str, Any]) -> None:
        """A department, a public unit or a branch of a central office."""
        self._appoint(office)

    def commune(self, commune: facts.Commune) -> None:
        """The people's committee of a commune or ward."""
        self._appoint(
            {
                "name": commune.slug,
                "title": f"UBND {commune.name}",
                "title_en": f"People's Committee of {commune.name}",
                "kind": "commune",
                "code": commune.code,
                "former": [],
            }
        )

    def technical_account(self) -> None:
        """A system administrator: the technical account, nobody's office."""
        admin = self.accounts.make("sysadmin", None, "quan-tri", "Tài khoản kỹ thuật")
        if model.User.get(admin["name"]) is None:
            call("user_create", None, **admin)
            model.Session.query(model.User).filter_by(name=admin["name"]).update(
                {"sysadmin": True}
            )
            model.Session.commit()

    # Domains and catalogue

    def domain(self, domain: dict[str, str]) -> None:
        """A sector under which data is published."""
        if model.Group.get(domain["name"]) is None:
            call("group_create", None, **domain)

    def catalogue(self) -> None:
        """The edition in force, by the demonstration's decision."""
        if call("sonla_entry_list", None, limit=1)["count"]:
            return
        decision = facts.catalogue()["decision"]
        edition = call("sonla_edition_create", "van-hanh", kind="replacing")["id"]
        for entry in self.entries.values():
            call("sonla_entry_create", "van-hanh", **self._entry(entry, edition))
        call("sonla_edition_submit", "van-hanh", id=edition)
        call(
            "sonla_edition_approve",
            f"ld-{self.office}",
            id=edition,
            decision_number=decision["number"],
            decision_date=decision["date"],
            effective_date=decision["effective"],
        )

    def _entry(self, entry: facts.Entry, edition: str) -> dict[str, Any]:
        providers: dict[str, Any] = (
            {"kind": "class", "class": entry.provider_class}
            if entry.provider_class
            else {"kind": "one", "agencies": [entry.lead]}
        )
        found: dict[str, Any] = {
            "edition_id": edition,
            "code": entry.code,
            "title": entry.title,
            "title_en": entry.title_en,
            "description": f"{entry.description()} {MARK}",
            "lead_agency": entry.lead,
            "providers": providers,
            "domain": entry.domain,
            "content_kind": entry.kind,
            "update_cycle": entry.cycle,
            "formats": list(entry.formats),
            "sharing": ["download", "api"] if entry.columns else ["download"],
            "priority": entry.priority,
            "source": entry.source,
            "tables": [],
        }
        if entry.publish_by:
            found["publish_by"] = entry.publish_by
        if entry.columns:
            found["tables"] = [
                {
                    "name": entry.table,
                    "title": entry.title,
                    "schema": entry.table_schema(),
                }
            ]
        return found
