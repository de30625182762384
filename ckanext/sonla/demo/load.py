"""Load the demonstration: every step is an action that its own account calls."""

from __future__ import annotations

import io
import json
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
import yaml
from ckan import model
from ckan.lib.jobs import Worker
from werkzeug.datastructures import FileStorage

from . import facts, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARK = "Dữ liệu trình diễn, không phải số liệu chính thức."
MARK_EN = "Demonstration data, not official figures."
DECISION = "Quyết định số 782/QĐ-UBND (trình diễn)"


def is_empty() -> bool:
    """Tell whether the portal holds no agency yet."""
    return not model.Session.query(model.Group).filter_by(is_organization=True).count()


def _call(action: str, account: str | None, /, **data: Any) -> Any:
    """Call an action as an account; without one, as the technical account."""
    if account:
        return tk.get_action(action)({"user": account}, data)
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": site_user}, data)


class Demo:
    """The demonstration portal while it is being made.

    Args:
        accounts_file: where names, passwords and tokens of the demonstration accounts
            go (mode 600); the same shape as `var/demo-accounts.json`.
    """

    def __init__(self, accounts_file: Path) -> None:
        self.accounts_file = accounts_file
        self.accounts: list[dict[str, Any]] = []
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
        yield "accounts", self.write_accounts
        for domain in facts.offices()["domains"]:
            yield domain["title"], lambda domain=domain: self.domain(domain)
        yield "catalogue", self.catalogue
        for state in ("published", "drafts", "submitted", "returned"):
            for code, told in self.story[state].items():
                yield f"{state} {code}", self._dataset_step(state, code, told)
        shared = self.story["shared"]
        for commune in shared["communes"]:
            yield f"{shared['entry']} {commune}", self._shared_step(shared, commune)
        for code, told in self.story["updates"].items():
            yield f"update {code}", self._update_step(code, told)

    # Accounts

    def _account(self, role: str, agency: str | None, name: str, title: str) -> dict:
        account = {
            "role": role,
            "agency": agency,
            "name": name,
            "password": secrets.token_urlsafe(12),
            "api_token": None,
        }
        self.accounts.append(account)
        return {
            "name": name,
            "email": f"{name}@demo.invalid",
            "fullname": title,
            "password": account["password"],
        }

    def _appoint(self, office: dict[str, Any], **more: Any) -> None:
        name, title = office["name"], office["title"]
        _call(
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
            officer=self._account(
                "officer", name, f"cb-{name}"[:90], f"Cán bộ tổng hợp, {title}"
            ),
            leader=self._account(
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
            operator=self._account(
                "operator", self.office, "van-hanh", "Cán bộ vận hành cổng"
            ),
            auditor=self._account(
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

    def write_accounts(self) -> None:
        """Give every account a token and write the file that only its owner reads."""
        admin = self._account("sysadmin", None, "quan-tri", "Tài khoản kỹ thuật")
        _call("user_create", None, **admin, sysadmin=True)
        for account in self.accounts:
            account["api_token"] = _call(
                "api_token_create", None, user=account["name"], name="demo"
            )["token"]
        self.accounts_file.parent.mkdir(parents=True, exist_ok=True)
        self.accounts_file.touch(mode=0o600)
        self.accounts_file.chmod(0o600)
        self.accounts_file.write_text(
            json.dumps(self.accounts, ensure_ascii=False, indent=1), encoding="utf-8"
        )

    # Domains and catalogue

    def domain(self, domain: dict[str, str]) -> None:
        """A sector under which data is published."""
        _call("group_create", None, **domain)

    def catalogue(self) -> None:
        """The edition in force, by the demonstration's decision."""
        decision = facts.catalogue()["decision"]
        edition = _call("sonla_edition_create", "van-hanh", kind="replacing")["id"]
        for entry in self.entries.values():
            _call("sonla_entry_create", "van-hanh", **self._entry(entry, edition))
        _call("sonla_edition_submit", "van-hanh", id=edition)
        _call(
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
            "description": f"{entry.title}. {MARK}",
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

    # Datasets

    def _dataset_step(
        self, state: str, code: str, told: dict[str, Any]
    ) -> Callable[[], None]:
        def step() -> None:
            entry = self.entries[code]
            dataset = self._draft(entry, entry.lead, entry.title)
            self._carry(state, entry.lead, dataset, told)

        return step

    def _shared_step(self, shared: dict[str, Any], code: str) -> Callable[[], None]:
        def step() -> None:
            entry = self.entries[shared["entry"]]
            commune = next(c for c in facts.communes() if c.code == code)
            title = f"{entry.title}: {commune.name}"
            dataset = self._draft(entry, commune.slug, title, commune)
            self._carry("published", commune.slug, dataset, shared)

        return step

    def _draft(
        self,
        entry: facts.Entry,
        agency: str,
        title: str,
        commune: facts.Commune | None = None,
    ) -> dict[str, Any]:
        officer = f"cb-{agency}"[:90]
        name = f"{entry.code}-{agency}".lower()[:90]
        dataset = _call(
            "package_create",
            officer,
            name=name,
            title=title,
            title_en=entry.title_en,
            notes=f"{title}. Nguồn: {entry.source}. {MARK}",
            notes_en=f"{entry.title_en}. {MARK_EN}",
            owner_org=agency,
            catalogue_entry=entry.code,
            tags=[{"name": "trình diễn"}],
        )
        with self._csv(entry, commune) as upload:
            _call(
                "resource_create",
                officer,
                package_id=dataset["id"],
                name=f"{title} (bảng)",
                format="CSV",
                upload=upload,
            )
        self._load()
        return dataset

    @contextmanager
    def _csv(
        self, entry: facts.Entry, commune: facts.Commune | None, skip: int = 0
    ) -> Iterator[FileStorage]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{entry.table}.csv"
            tables.write_csv(entry, path, commune, skip=skip)
            yield FileStorage(io.BytesIO(path.read_bytes()), filename=path.name)

    @staticmethod
    def _load() -> None:
        """Do here what the worker would do: it isn't running yet."""
        Worker().work(burst=True)

    def _carry(
        self, state: str, agency: str, dataset: dict[str, Any], told: dict[str, Any]
    ) -> None:
        officer, leader = f"cb-{agency}"[:90], f"ld-{agency}"[:90]
        revision = _call("sonla_revision_list", officer, dataset_id=dataset["id"])
        identity = revision["results"][0]["id"]
        if state == "drafts":
            return
        period = {"data_period": told["period"]} if told.get("period") else {}
        submitted = _call("sonla_revision_submit", officer, id=identity, **period)
        if state == "published":
            _call(
                "sonla_revision_approve",
                leader,
                id=identity,
                digest=submitted["digest"],
            )
        elif state == "returned":
            _call("sonla_revision_return", leader, id=identity, comment=told["comment"])

    def _update_step(self, code: str, told: dict[str, Any]) -> Callable[[], None]:
        def step() -> None:
            entry = self.entries[code]
            officer = f"cb-{entry.lead}"[:90]
            name = f"{code}-{entry.lead}".lower()[:90]
            dataset = _call("package_show", officer, id=name)
            revision = _call("sonla_revision_open", officer, dataset_id=dataset["id"])
            working = _call("package_show", officer, id=revision["package_id"])
            with self._csv(entry, None, skip=4) as upload:
                _call(
                    "resource_patch",
                    officer,
                    id=working["resources"][0]["id"],
                    upload=upload,
                )
            self._load()
            if told["state"] == "submitted":
                _call(
                    "sonla_revision_submit",
                    officer,
                    id=revision["id"],
                    note=told["note"],
                )

        return step
