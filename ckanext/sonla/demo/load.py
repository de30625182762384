"""Load the demonstration: every step is an action that its own account calls."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import yaml

from ckan import model
from ckanext.sonla.shared import clock, policy, roles, tick

from . import facts
from .accounts import Accounts, call
from .asking import AskedPath
from .datasets import MARK, DatasetPath
from .harvests import HarvestPath
from .history import Step, morning

if TYPE_CHECKING:
    from collections.abc import Iterator
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

    def steps(self) -> list[Step]:
        """Return what is done, at its time, with its name, in order."""
        return sorted(
            [
                *self.beginnings(),
                *self.datasets(),
                *self.asked(),
                *self.harvests(),
            ],
            key=lambda step: step.at,
        )

    def beginnings(self) -> Iterator[Step]:
        """Yield how agencies, accounts, domains and the catalogue came."""
        shared = self.story["shared"]["communes"]
        joined = {name: morning(day) for name, day in self.story["joined"].items()}
        pilots = joined["pilots"]
        yield Step(pilots, "operating office", self.operating_office)
        for office in facts.offices()["agencies"]:
            if office["name"] != self.office:
                yield Step(
                    pilots, office["title"], lambda office=office: self.agency(office)
                )
        for commune in facts.communes():
            yield Step(
                pilots if commune.code in shared else joined["communes"],
                commune.name,
                lambda commune=commune: self.commune(commune),
            )
        yield Step(pilots, "technical account", self.technical_account)
        for domain in facts.offices()["domains"]:
            yield Step(
                pilots, domain["title"], lambda domain=domain: self.domain(domain)
            )
        effective = date.fromisoformat(facts.catalogue()["decision"]["effective"])
        yield Step(morning(effective), "catalogue", self.catalogue)
        days = timedelta(days=policy.number("freeze_days"))
        began = clock.local_date(pilots)
        for quarter in clock.periods(clock.period_of(began, "quarter"), clock.today()):
            over = clock.end_of(quarter.last + days)
            # A quarter is frozen an hour after its end was first seen.
            for hours, done in ((1, "seen"), (3, "frozen")):
                if (at := over + timedelta(hours=hours)) < clock.now():
                    yield Step(at, f"{quarter} {done}", tick.run_all)
        # Everybody has an account by then.
        yield Step(joined["communes"], "tokens", self.accounts.give_tokens)

    def datasets(self) -> Iterator[Step]:
        """Yield every dataset of the story, as far as it has come."""
        shared = self.story["shared"]
        for commune in facts.communes():
            if day := shared["communes"].get(commune.code):
                path = DatasetPath(self.entries[shared["entry"]], commune)
                yield from path.stages(
                    "published", {"period": shared["period"], "day": day}
                )
        for state in ("published", "draft", "submitted", "returned"):
            for code, told in self.story[state].items():
                yield from DatasetPath(self.entries[code]).stages(state, told)
        for told in self.story["updates"]:
            yield from DatasetPath(self.entries[told["entry"]]).updates(told)

    def asked(self) -> Iterator[Step]:
        """Yield what people asked, as far as it was handled."""
        for told in self.story["asked"]:
            yield from AskedPath(self.entries[told["entry"]], told).stages()

    def harvests(self) -> Iterator[Step]:
        """Yield how agencies' own databases were set up and read."""
        for told in self.story["harvests"]:
            yield from HarvestPath(self.entries[told["entry"]], told).stages()

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
        # CKAN writes the machine's time; what is owed begins when an agency joined.
        model.Session.query(model.Group).filter_by(name=name).update(
            {"created": clock.now().replace(tzinfo=None)}
        )
        model.Session.commit()

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
