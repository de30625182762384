"""Pages on Table Schemas: their editor, their templates, what an edition breaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue import permissions, table_schema

from . import form, template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

table_schemas = Blueprint("sonla_table_schemas", __name__, url_prefix="/catalogue")
__all__ = ["table_schemas"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 50


def _get(action: str, data: dict[str, Any]) -> Any:
    """Return what a reading action answers, or the page for what it refuses."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError:
        tk.abort(404, tk._("There is no such page."))


@table_schemas.route("/<code>/template/<name>.xlsx")
def workbook(code: str, name: str) -> ResponseReturnValue:
    """Give the workbook to fill in for a table of an entry in force."""
    entry = _get("sonla_entry_show", {"code": code})
    table = next((one for one in entry["tables"] if one["name"] == name), None)
    if table is None:
        tk.abort(404, tk._("The entry has no such table."))
    response = Response(template.workbook(entry, table), content_type=XLSX)
    file = f"mau-{entry['code']}-{name}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


@table_schemas.route("/<code>/versions/<name>")
def versions(code: str, name: str) -> ResponseReturnValue:
    """Show the versions of a table's rules, by the decisions that changed them."""
    entry = _get("sonla_entry_show", {"code": code})
    found = _get("sonla_table_version_list", {"code": code, "table": name})
    if not found["count"]:
        tk.abort(404, tk._("The entry has no such table."))
    return tk.render(
        "catalogue/table_versions.html",
        {"entry": entry, "name": name, "versions": found["results"]},
    )


@table_schemas.route("/edition/<id>/impact")
def impact(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show what an edition would do to what is published."""
    edition = _get("sonla_edition_show", {"id": id})
    found = _get("sonla_edition_impact", {"id": id, "limit": 200})
    return tk.render("catalogue/impact.html", {"edition": edition, "impact": found})


@table_schemas.route("/editions/nonconforming")
def nonconforming() -> ResponseReturnValue:
    """List the published datasets that don't conform to the catalogue any more."""
    page = max(1, min(tk.h.get_page_number(tk.request.args), 10**6))
    asked = {"limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    found = _get("sonla_nonconforming_list", asked)
    return tk.render(
        "catalogue/nonconforming.html",
        {"found": found, "number": page, "more": found["count"] > page * PER_PAGE},
    )


@table_schemas.route("/edition/<id>/entry/<code>/tables")
def tables(id: str, code: str) -> ResponseReturnValue:  # noqa: A002
    """List the tables of an entry in an open edition, and offer to add one."""
    edition, entry = _entry(id, code)
    return tk.render("catalogue/tables.html", {"edition": edition, "entry": entry})


@table_schemas.route("/edition/<id>/entry/<code>/table", methods=["GET", "POST"])
def editor(id: str, code: str) -> ResponseReturnValue:  # noqa: A002
    """Write the rules of a table by form, from an example, tried against a file."""
    edition, entry = _entry(id, code)
    page = _Page(edition, entry)
    if tk.request.method == "POST":
        done = page.press(tk.request.form.get("do", "save"))
        if done is not None:
            return done
    return tk.render("catalogue/table_editor.html", page.told())


def _entry(edition_id: str, code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    user = tk.current_user
    if not user.is_authenticated or not permissions.may(user.name, "write"):
        tk.abort(403, tk._("Only an operator of the portal writes the catalogue."))
    edition = _get("sonla_edition_show", {"id": edition_id})
    entry = _get("sonla_entry_show", {"code": code, "edition": edition_id})
    return edition, entry


class _Page:
    """The editor's state: it lives in the form alone until it is saved."""

    def __init__(self, edition: dict[str, Any], entry: dict[str, Any]) -> None:
        self.edition, self.entry = edition, entry
        sent = tk.request.form
        self.was = str(sent.get("was", tk.request.args.get("table", "")))
        table: dict[str, Any] = next(
            (one for one in entry["tables"] if one["name"] == self.was), {}
        )
        if tk.request.method == "POST":
            self.name = sent.get("name", "").strip()
            self.title = sent.get("title", "").strip()
            self.rows, self.rest = form.rows_from(sent), sent.get("rest", "")
            self.keys = form.keys_from(sent)
        else:
            schema = table.get("schema") or {"fields": []}
            self.name, self.title = table.get("name", ""), table.get("title", "")
            self.rows, self.rest = form.rows_of(schema), form.rest_of(schema)
            self.keys = form.keys_of(schema)
        self.errors: list[str] = []
        self.tried: dict[str, Any] | None = None

    @property
    def schema(self) -> dict[str, Any]:
        return form.schema_of(self.rows, self.rest, self.keys)

    def press(self, button: str) -> ResponseReturnValue | None:
        """Do what a button says; return the next page, None to stay on this one."""
        if button == "save":
            return self._save()
        if button == "drop":
            return self._store(self._others())
        if button == "infer":
            self._infer()
        elif button == "try":
            self._try()
        else:
            self.rows = form.moved(self.rows, button)
        return None

    def _others(self) -> list[dict[str, Any]]:
        return [one for one in self.entry["tables"] if one["name"] != self.was]

    def _table(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title, "schema": self.schema}

    def _save(self) -> ResponseReturnValue | None:
        names = [one["name"] for one in self.entry["tables"]]
        found = self._others()
        at = names.index(self.was) if self.was in names else len(found)
        found.insert(at, self._table())
        return self._store(found)

    def _store(self, found: list[dict[str, Any]]) -> ResponseReturnValue | None:
        data = {
            "edition_id": self.edition["id"],
            "code": self.entry["code"],
            "tables": found,
        }
        try:
            tk.get_action("sonla_entry_update")({}, data)
        except tk.NotAuthorized as refused:
            tk.abort(403, refused.message or tk._("You may not do this."))
        except tk.ValidationError as error:
            self.errors = _sentences(error)
            return None
        tk.h.flash_success(tk._("The tables of the entry are saved."))
        return tk.redirect_to(
            "sonla_table_schemas.tables",
            id=self.edition["id"], code=self.entry["code"],
        )  # fmt: skip

    def _infer(self) -> None:
        found = self._ask("sonla_table_infer", {})
        if found is not None:
            self.rows = form.rows_of(found["schema"])
            self.rest = form.rest_of(found["schema"])
            self.keys = form.keys_of(found["schema"])

    def _try(self) -> None:
        problems = list(table_schema.problems_of_tables([self._table()]))
        if problems:
            self.errors = [tk._(one.message).format(**one.params) for one in problems]
            return
        self.tried = self._ask("sonla_table_try", {"schema": json.dumps(self.schema)})

    def _ask(self, action: str, data: dict[str, Any]) -> dict[str, Any] | None:
        upload = tk.request.files.get("upload")
        try:
            return tk.get_action(action)({}, {"upload": upload or "", **data})
        except tk.NotAuthorized as refused:
            tk.abort(403, refused.message or tk._("You may not do this."))
        except tk.ValidationError as error:
            self.errors = _sentences(error)
            return None

    def told(self) -> dict[str, Any]:
        """Return what the page shows."""
        return {
            "edition": self.edition,
            "entry": self.entry,
            "was": self.was,
            "name": self.name,
            "title": self.title,
            "rows": self.rows,
            "rest": self.rest,
            # Room for one more; "Add" brings the page back with the next.
            "keys": [*self.keys, dict.fromkeys(form.KEY, "")],
            "errors": self.errors,
            "tried": self.tried,
            "types": sorted(table_schema.TYPES),
        }


def _sentences(error: tk.ValidationError) -> list[str]:
    return [
        str(sentence)
        for sentences in error.error_dict.values()
        for sentence in (sentences if isinstance(sentences, list) else [sentences])
    ]
