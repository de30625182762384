"""Every address that answers GET, from Flask's map, with its arguments filled in.

A rule with an argument for which nothing is written here fails the test, and so does
one that meets nothing with what is written, unless it stands below with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .shown import FILENAME, TABLE, Shown

if TYPE_CHECKING:
    from werkzeug.routing import Rule

Filling = Callable[[Shown], str]

# Asked elsewhere, or nothing of a dataset.
LEFT: dict[str, str] = {
    "static": "files of the program",
    "webassets.index": "files of the program",
    "home.redirect_locale": "sends every address on to itself without a language",
    "api.action": "each read action by itself",
    "sonla_feedback_sending.challenge": "random numbers, of nothing",
    "util.primer": "random words, and only in a portal under test",
}
# Nothing is there for any dataset, so `404` is the answer that must stay.
ABSENT: dict[str, str] = {
    "file.download": "CKAN's file manager holds no file of a dataset",
    "file.public_download": "CKAN's file manager holds no file of a dataset",
    "file.trusted_download": "CKAN's file manager holds no file of a dataset",
    "datastore.dictionary": "hidden from who may not edit",
    "dcat.read_dataset_series": "the portal has no series of datasets",
    "activity.group_changes_multiple": "asks for two activities: below, with both",
    "activity.organization_changes_multiple": "asks for two: below, with both",
    "activity.package_changes_multiple": "asks for two activities: below, with both",
    "group.member_dump": "hidden from who may not edit",
    "organization.member_dump": "hidden from who may not edit",
    "harvest.edit": "a source is private",
    "harvest.groups": "a source is private",
    "harvest.read": "a source is private",
    "harvest_resource.read": "a source has no resources",
    "harvest_resource.view": "a source has no resources",
    "harvester.object_show": "hidden from who may not edit",
    "resource.view": "names no view",
    "sonla_comparison.csv_of": "a first publication compares with nothing",
    "sonla_editions.scan": "decided without a scan",
    "sonla_feedback.show": "nobody has sent feedback",
    "sonla_feedback_confirming.support": "nobody has sent anything",
    "sonla_feedback_moderating.attachment": "nobody has sent anything",
    "sonla_feedback_tracking.data": "nobody has sent anything",
    "sonla_feedback_tracking.outlined": "nobody has sent anything",
    "sonla_feedback_tracking.receipt": "nobody has sent anything",
    "sonla_deadline_calendars.feed": "a secret address that nobody has",
    "user.edit": "names no account",
    "util.internal_redirect": "names no address",
    "xloader.delete_datastore_table": "hidden from who may not edit",
}
# What fills an argument: by the endpoint's beginning, the longest first, else by name.
BY_ENDPOINT: dict[str, dict[str, Filling]] = {
    "activity.group": {"id": lambda s: s.domain_name},
    "activity.organization": {"id": lambda s: s.agency},
    "activity.user": {"id": lambda s: s.office.officer},
    "activity.group_changes": {"id": lambda s: s.activity},
    "activity.organization_changes": {"id": lambda s: s.activity},
    "activity.package_changes": {"id": lambda s: s.activity},
    "feeds.group": {"id": lambda s: s.domain_name},
    "feeds.organization": {"id": lambda s: s.agency},
    "feeds.tag": {"id": lambda s: s.tag},
    "group": {"id": lambda s: s.domain_name},
    "harvest": {"id": lambda s: s.source},
    "harvester.job": {"id": lambda s: s.harvest_job},
    "harvester.object_show": {"id": lambda s: s.harvest_object},
    "organization": {"id": lambda s: s.agency},
    "sonla_approval.review": {"id": lambda s: s.revision},
    "sonla_harvesting": {"kind": lambda _: "sonla_rest"},
    "sonla_sources": {"kind": lambda _: "sonla_rest"},
    "sonla_comparison": {"id": lambda s: s.revision},
    "sonla_lines": {"id": lambda s: s.edition},
    "sonla_table_schemas.impact": {"id": lambda s: s.edition},
    "sonla_editions": {"id": lambda s: s.edition},
    "user": {"id": lambda s: s.office.officer},
}
BY_NAME: dict[str, Filling] = {
    "_id": lambda s: s.name,
    "account": lambda s: s.office.officer,
    "activity_id": lambda s: s.activity,
    "code": lambda s: s.entry,
    "filename": lambda _: FILENAME,
    "id": lambda s: s.name,
    "lang": lambda _: "vi",
    "name": lambda _: TABLE,
    "location": lambda s: f"{s.resource}/{FILENAME}",
    "number": lambda _: "1",
    "place": lambda _: "1",
    "resource_id": lambda s: s.resource,
    "secret": lambda s: s.resource,
    "source": lambda s: s.source,
    "source_id": lambda s: s.source,
    "storage_name": lambda _: "resources",
    "token": lambda s: s.resource,
    "user_id": lambda s: s.office.officer,
    "view_id": lambda s: s.view,
}
# Asked as well: what a stranger adds to an address to see more.
QUERIES: dict[str, tuple[str, ...]] = {
    "activity.group_changes_multiple": ("new_id={activity}&old_id={activity}",),
    "activity.organization_changes_multiple": ("new_id={activity}&old_id={activity}",),
    "activity.package_changes_multiple": ("new_id={activity}&old_id={activity}",),
    "api.dataset_autocomplete": ("incomplete=t", "incomplete=n"),
    "api.format_autocomplete": ("incomplete=c", "incomplete=n"),
    "api.group_autocomplete": ("q=l",),
    "api.organization_autocomplete": ("q=s",),
    "api.tag_autocomplete": ("incomplete=t", "incomplete=n"),
    "dataset.search": ("q=nhapkin", "q=truong", "organization={agency}", "tags={tag}"),
    "datastore.dump": ("format=json", "filters={%22ma%22:%22TH001%22}"),
    "feeds.custom": ("q=truong",),
    "group.read": ("q=nhapkin",),
    "harvest.search": ("q=n",),
    "sonla_catalogue.index": ("q=truong",),
    "sonla_feedback.index": ("dataset_id={dataset}", "q=truong"),
    "sonla_feedback_sending.new": (
        "dataset={name}",
        "resource={resource}&row=1&column=ten",
        "entry={entry}",
    ),
    "sonla_obligations.listed": ("agency={agency}", "status=due"),
    "sonla_obligations.owed": ("agency={agency}",),
}
FORMATS: dict[str, tuple[str, ...]] = {
    "dcat.read_catalog": ("ttl", "xml", "jsonld"),
    "dcat.read_dataset": ("ttl", "xml", "jsonld"),
}


def rules(app: Any) -> list[Rule]:
    """Return every rule that answers GET, but for those left with a reason."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in LEFT
    ]


def _arguments(rule: Rule) -> list[str]:
    """Return what stands in the address, and not in the rule itself."""
    return sorted(rule.arguments - set(rule.defaults or ()))


def unfilled(rule: Rule) -> set[str]:
    """Return the arguments of a rule for which nothing is written here."""
    return {
        name
        for name in _arguments(rule)
        if not _fixed(rule, name) and not _own(rule, name) and name not in BY_NAME
    }


def addresses(rule: Rule, shown: Shown) -> Iterator[str]:
    """Yield the addresses of a rule for a dataset."""
    names = _arguments(rule)
    for values in product(*(_choices(rule, name, shown) for name in names)):
        given = dict(zip(names, values, strict=True))
        if {"kind", "filename"} <= given.keys():
            given["filename"] = shown.downloads[given["kind"]]
        built = rule.build(given, append_unknown=False)
        assert built, rule.rule
        yield built[1]
        filled = {**vars(shown), "agency": shown.agency, "tag": quote(shown.tag)}
        for query in QUERIES.get(rule.endpoint, ()):
            yield f"{built[1]}?{_filled(query, filled)}"


def _filled(query: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        query = query.replace(f"{{{name}}}", str(value))
    return query


def _choices(rule: Rule, name: str, shown: Shown) -> Iterable[Any]:
    if fixed := _fixed(rule, name):
        return fixed
    return ((_own(rule, name) or BY_NAME[name])(shown),)


def _fixed(rule: Rule, name: str) -> tuple[Any, ...]:
    """Return what an argument can be, where the rule itself says it."""
    if name == "_format":
        return FORMATS.get(rule.endpoint, ("ttl",))
    converter = rule._converters.get(name)
    newest = getattr(converter, "max", None)
    if newest is not None:
        return (newest,)
    return tuple(sorted(getattr(converter, "items", ())))


def _own(rule: Rule, name: str) -> Filling | None:
    """Return the filling of the longest beginning of the endpoint that has one."""
    beginnings = [
        beginning
        for beginning, fillings in BY_ENDPOINT.items()
        if rule.endpoint.startswith(beginning) and name in fillings
    ]
    return BY_ENDPOINT[max(beginnings, key=len)][name] if beginnings else None
