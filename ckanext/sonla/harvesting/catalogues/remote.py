"""A dataset as another portal tells of it: plain text, whatever was sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any

# Longer texts are no titles; a description may be long.
MOST_TITLE, MOST_TEXT, MOST_ITEMS = 1000, 100_000, 200
# CKAN's own bounds of a tag.
TAG = range(2, 101)
_NO_TAG = re.compile(r"[^\w \-.]+")
# What the schema of datasets holds as text, and as a list of texts.
TEXTS = (
    "title",
    "title_en",
    "notes",
    "notes_en",
    "provenance",
    "url",
    "version",
    "version_notes",
)
LISTS = ("language", "documentation", "conforms_to")
TAGS = "tags"
# The rest is the catalogue's, the agency's or the portal's: never the source's.
FIELDS = (*TEXTS, *LISTS, TAGS)


@dataclass(frozen=True)
class RemoteFile:
    """A file of a remote dataset.

    Args:
        id: what the remote portal calls it; its address where it has no id.
        name: what readers are shown.
        url: where it is.
        format: as the remote portal writes it, in capitals.
        description: a text.
        version: changes whenever the file does, by the remote portal's own word;
            None where only the file itself can tell.
    """

    id: str
    name: str
    url: str
    format: str
    description: str = ""
    version: str | None = None


@dataclass(frozen=True)
class Remote:
    """A dataset of a remote portal.

    Args:
        guid: what the remote portal calls it for ever.
        name: the short name in its address, if it has one.
        title: for people.
        metadata: by the fields of our schema, of `FIELDS` only.
        files: in their order.
        fields: plain texts that may name an entry, by their names.
        public: whether the remote portal shows it to everybody.
    """

    guid: str
    name: str
    title: str
    metadata: dict[str, Any] = field(default_factory=dict)
    files: tuple[RemoteFile, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    public: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return what `of` reads, as JSON can hold it."""
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Remote:
        """Return what `as_dict` told."""
        files = tuple(RemoteFile(**one) for one in told["files"])
        return cls(**{**told, "files": files})


def text(value: Any, most: int = MOST_TEXT) -> str:
    """Return a value as text that a database holds: no NUL, no half characters."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    whole = str(value).encode("utf-8", "replace").decode()
    plain = "".join(
        one
        for one in whole.replace("\r\n", "\n")
        if one in "\n\t" or unicodedata.category(one) != "Cc"
    )
    return plain.strip()[:most]


def line(value: Any) -> str:
    """Return a value as one line of text."""
    return " ".join(text(value, MOST_TITLE).split())


def texts(value: Any) -> list[str]:
    """Return a list of lines, each once."""
    values = value if isinstance(value, list) else [value]
    found = dict.fromkeys(line(one) for one in values[:MOST_ITEMS])
    return [one for one in found if one]


def tags(value: Any) -> list[str]:
    """Return keywords in CKAN's letters; what is none in them is left out."""
    values = value if isinstance(value, list) else []
    named = [one.get("name") if isinstance(one, dict) else one for one in values]
    words = [" ".join(_NO_TAG.sub(" ", line(one)).split()) for one in named]
    return sorted({one for one in words[:MOST_ITEMS] if len(one) in TAG})


def metadata(told: dict[str, Any]) -> dict[str, Any]:
    """Return of a dataset dict what a source may say, cleaned; what is empty isn't."""
    found: dict[str, Any] = {}
    for name in TEXTS:
        plain = line if name.startswith(("title", "url", "version")) else text
        found[name] = plain(told.get(name))
    for name in LISTS:
        found[name] = texts(told.get(name) or [])
    found[TAGS] = tags(told.get(TAGS))
    return {name: value for name, value in found.items() if value}


def plain_fields(told: dict[str, Any]) -> dict[str, str]:
    """Return the texts of a dataset dict, its extras among them, by their names."""
    extras = told.get("extras")
    pairs = [
        (one.get("key"), one.get("value"))
        for one in (extras if isinstance(extras, list) else [])[:MOST_ITEMS]
        if isinstance(one, dict)
    ]
    found = {
        name[:MOST_TITLE]: line(value)
        for name, value in [*pairs, *told.items()]
        if isinstance(name, str) and isinstance(value, str)
    }
    return {name: value for name, value in found.items() if value}
