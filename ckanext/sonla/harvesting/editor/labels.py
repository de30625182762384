"""What the fields of the form are called, and what helps to fill them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

from . import fields as of

if TYPE_CHECKING:
    from .fields import Field, Part

LABELS = {
    "owner": N_("Owner of the database (article 5.3)"),
    "contact": N_("Whom to reach about it"),
    "dataset": N_("Dataset that the rows go into"),
    "table": N_("Table of the catalogue's entry"),
    "schedule": N_("When it is read"),
    "period": N_("Period that the rows speak of"),
    "mail": N_("Mail about runs"),
    "entries": N_("Datasets of the source and their entries"),
    "entry_field": N_("Field that names the entry"),
    "tables": N_("Files of the source and their tables"),
    "metadata": N_("What the source decides beside the files"),
    "organizations": N_("Only of these organizations"),
    "rdf_format": N_("How the catalogue is written"),
    "fields": N_("Columns and their fields of the source"),
    "key": N_("Fields that tell rows apart"),
    "limits": N_("Limits of a run"),
    "limits.rows": N_("Rows of one run"),
    "limits.pages": N_("Pages of one run"),
    "limits.page_rows": N_("Rows held in memory at once"),
    "limits.bytes": N_("Bytes of one answer"),
    "limits.seconds": N_("Seconds of one run"),
    "limits.answer_seconds": N_("Seconds of one answer"),
    "limits.rows_per_second": N_("Rows a second at most"),
    "limits.pause": N_("Seconds to rest between two pages"),
    "approval": N_("What a run may do under the standing approval"),
    "approval.bad_rows": N_("Rows with errors, percent at most"),
    "approval.fewer_rows": N_("Fewer rows than public, percent at most"),
    "approval.late_days": N_("Days after the due date at most"),
    "format": N_("Format of the answer"),
    "parameters": N_("Parameters of every request"),
    "headers": N_("Headers of every request that are no secret"),
    "records": N_("Where the rows are in the answer"),
    "csv": N_("How the CSV is written"),
    "csv.delimiter": N_("Character between the columns"),
    "csv.encoding": N_("Encoding"),
    "paging": N_("Where the next page is"),
    "paging.path": N_("Place in the answer"),
    "paging.rel": N_("Relation of the link"),
    "paging.limit": N_("Rows of one page"),
    "paging.offset_parameter": N_("Name of the parameter of the offset"),
    "paging.limit_parameter": N_("Name of the parameter of the number of rows"),
    "paging.total": N_("Place of the total in the answer"),
    "paging.first": N_("Number of the first page"),
    "paging.parameter": N_("Name of the parameter"),
    "auth": N_("Account at the source"),
    "auth.user": N_("Account name"),
    "auth.password": N_("Password"),
    "auth.name": N_("Name of the header or parameter"),
    "auth.in": N_("Where it is sent"),
    "auth.key": N_("Key"),
    "auth.token": N_("Token"),
    "auth.token_url": N_("Address that gives tokens"),
    "auth.client_id": N_("Client"),
    "auth.client_secret": N_("Client's secret"),
    "auth.scope": N_("Scope"),
    "auth.value": N_("Value of the header"),
    "incremental": N_("Ask only for what changed"),
    "incremental.parameter": N_("Name of the parameter"),
    "incremental.field": N_("Field that says when a row changed"),
    "incremental.start": N_("Where to begin"),
    "conditional": N_("ETag and Last-Modified speak for all pages"),
    "tls": N_("Certificates"),
    "tls.ca": N_("Certificate of the source's own authority (PEM)"),
    "tls.verify": N_("Encrypted connection"),
    "from": N_("Table or view"),
    "query": N_("Or one SELECT"),
}
HELP = {
    of.LINES: N_("One a line."),
    of.PAIRS: N_("One a line: name = value."),
    of.VALUES: N_("One a line: name = value."),
}
HELP_OF = {
    "fields": N_(
        "One a line: column = field. A dot goes into what is nested. Empty: every field"
        " keeps its name."
    ),
    "entries": N_(
        "One a line: name or id at the source = code of the entry. What has no entry"
        " is left out, and told."
    ),
    "entry_field": N_("Empty: catalogue_entry."),
    "tables": N_(
        "One a line: name or id of the file = table. Needed where an entry has several"
        " tables."
    ),
    "metadata": N_(
        "One a line, of these: title, title_en, notes, notes_en, tags, provenance, url,"
        " version, version_notes, language, documentation, conforms_to. Empty: title,"
        " notes, tags. The rest is the catalogue's."
    ),
    "organizations": N_("By their names at the source, one a line. Empty: all."),
    "rdf_format": N_("Empty: as its server says."),
    "dataset": N_("By its name, as in the address of its page."),
    "table": N_("Empty if the entry has only one."),
    "records": N_(
        "Names joined by dots, such as data.items. Empty: the answer itself."
    ),
    "schedule": N_(
        "cycle: in time before the due date of the catalogue entry's update. Or minute,"
        " hour, day, month, weekday: 0 2 * * 1 is Mondays at two. Empty: by the"
        " frequency, if the source has one; else only when somebody asks for it."
    ),
    "incremental.start": N_("A number, or a text in quotes where it looks like one."),
    "limits": N_("Below the operator's own, never above."),
    "approval": N_("Empty: the province's policy."),
}
# Of a schedule without the word cycle: datasets of many entries have no one due date.
WITHOUT_CYCLE = N_(
    "Minute, hour, day, month, weekday: 0 2 * * 1 is Mondays at two. Empty: by the"
    " frequency, if the source has one; else only when somebody asks for it."
)
WAYS = {
    "paging.single": N_("There is only one page"),
    "paging.next_link": N_("An address in the answer"),
    "paging.link_header": N_("The header Link"),
    "paging.offset": N_("The number of rows before it"),
    "paging.page": N_("Its number"),
    "paging.cursor": N_("A mark in the answer"),
    "auth.none": N_("None is needed"),
    "auth.basic": N_("Account and password (basic)"),
    "auth.api_key": N_("A key (API key)"),
    "auth.api_token": N_("An API token of CKAN"),
    "auth.bearer": N_("A token (bearer)"),
    "auth.oauth2": N_("OAuth2, client credentials"),
    "auth.header": N_("A header of its own"),
    "auth.password": N_("Account and password"),
    "period.current": N_("The one of the day of reading"),
    "period.previous": N_("The one before"),
    "mail.always": N_("Always"),
    "mail.change": N_("When something changed"),
    "mail.error": N_("When something failed"),
    "auth.in.header": N_("In a header"),
    "auth.in.query": N_("In the address"),
}


def label(part: Part) -> str:
    """Return what a field or a group is called."""
    name = ".".join(part.path)
    return tk._(LABELS[name]) if name in LABELS else name


def help_of(part: Part) -> str:
    """Return what helps to fill a field in; nothing where it is plain."""
    name = ".".join(part.path)
    widget = part.widget if isinstance(part, of.Field) else ""
    sentence = HELP_OF.get(name) or HELP.get(widget)
    if name == "schedule" and "cycle" not in part.schema.get("pattern", ""):
        sentence = WITHOUT_CYCLE
    return tk._(sentence) if sentence else ""


def way(part: Part, value: str) -> str:
    """Return what one of several choices is called."""
    name = f"{'.'.join(part.path)}.{value}"
    return tk._(WAYS[name]) if name in WAYS else value


def choices(field: Field) -> list[tuple[str, str]]:
    """Return what a list offers: value and name."""
    if field.widget == of.YES_NO:
        return [("true", tk._("Yes")), ("false", tk._("No"))]
    return [(str(one), way(field, str(one))) for one in field.schema.get("enum", ())]
