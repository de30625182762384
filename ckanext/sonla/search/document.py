"""What CKAN sends to be indexed, as the rows of the index's tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from . import dates
from .analysis import compose, fold, index_words
from .errors import SolrError
from .lexemes import Vector

if TYPE_CHECKING:
    from .schema import Field, Schema

# The weights of ts_rank that CKAN's own `qf` (name^4 title^4 tags^2 groups^2) needs.
WEIGHTS = {"name": "A", "title": "A", "tags": "B", "groups": "B"}
PRESENT = "_present"  # the field under whose terms a document's fields are listed
SORTABLE_LENGTH = 500  # characters

Term = tuple[str, str]


def digest(term: Term) -> str:
    """Name a term of the dictionary; a value may be longer than an index row."""
    name, value = term
    return hashlib.md5(f"{name}={value}".encode(), usedforsecurity=False).hexdigest()


@dataclass
class Document:
    """A document ready for the tables."""

    index_id: str
    columns: dict[str, Any]
    terms: set[Term] = field(default_factory=set)
    stored: dict[str, Any] = field(default_factory=dict)


def plain(value: Any) -> str:
    """Write a value as Solr's JSON loader reads it into a string field."""
    if isinstance(value, str):
        return compose(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list, tuple)):
        return compose(json.dumps(value, ensure_ascii=False))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _values(value: Any) -> list[Any]:
    values = value if isinstance(value, (list, tuple, set)) else [value]
    return [item for item in values if item is not None and item != ""]


class _Builder:
    """Sorts a document's values into terms, words, sort values and what is stored."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.terms: set[Term] = set()
        self.sortable: dict[str, Any] = {}
        self.stored: dict[str, Any] = {}
        self.grams: list[str] = []
        self.fielded = Vector()
        self.words = Vector()

    def add(self, name: str, values: list[Any]) -> None:
        target = self.schema.field(name)
        if target.stored:
            kept = [self._stored(target, value) for value in values]
            self.stored[name] = kept if target.multiple else kept[0]
        self._index(target, name, values)
        for copy in self.schema.destinations(name):
            self._index(self.schema.field(copy), name, values)

    @staticmethod
    def _stored(target: Field, value: Any) -> Any:
        if target.kind == "date":
            return dates.iso(dates.written(plain(value)))
        if target.kind == "number":
            return value
        return plain(value)

    def _index(self, target: Field, source: str, values: list[Any]) -> None:
        if not target.indexed:
            return
        self.terms.add((PRESENT, target.name))
        texts = [plain(value) for value in values]
        if target.kind == "gram":
            self.grams += [f"{target.name}:{fold(text)}" for text in texts]
        elif target.kind == "text":
            self._index_text(target.name, source, texts)
        elif target.kind == "date":
            moment = dates.written(texts[0])
            self.sortable[target.name] = moment.isoformat(timespec="microseconds")
        elif target.kind == "number":
            self.sortable[target.name] = _number(target.name, texts[0])
        else:
            self.terms.update((target.name, text) for text in texts)
            self.sortable[target.name] = texts[0][:SORTABLE_LENGTH]

    def _index_text(self, name: str, source: str, texts: list[str]) -> None:
        for text in texts:
            words = index_words(text)
            if name == "text":
                self.words.add(words, WEIGHTS.get(source, "D"))
            else:
                self.fielded.add_fielded(name, words)
        if name != "text":
            self.sortable[name] = texts[0][:SORTABLE_LENGTH]


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SolrError(f"Error adding field '{name}'='{text}'") from error


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def read(doc: dict[str, Any], schema: Schema) -> Document:
    """Read one document, as `pysolr.Solr.add` takes it.

    Args:
        doc: fields and their values; empty values and None are left out.
        schema: which field is of which kind.

    Raises:
        SolrError: it has no `index_id`, or a date or number that is none.
    """
    builder = _Builder(schema)
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    # Title and name first: positions run out in very long documents.
    names = sorted(doc, key=lambda name: (WEIGHTS.get(name, "Z"), name))
    for name in [*names, "indexed_ts"]:
        values = _values(doc.get(name)) or ([now] if name == "indexed_ts" else [])
        if values:
            builder.add(name, values)
    index_id = builder.stored.get("index_id")
    if not index_id:
        raise SolrError("Document is missing mandatory uniqueKey field: index_id")
    sortable = builder.sortable
    return Document(
        index_id=index_id,
        columns={
            "name": sortable.get("name"),
            "title_string": sortable.get("title_string"),
            "metadata_created": _moment(sortable.get("metadata_created")),
            "metadata_modified": _moment(sortable.get("metadata_modified")),
            "grams": "\n".join(builder.grams),
            "sortable": sortable,
            "words": builder.words.literal(),
            "fielded": builder.fielded.literal(),
        },
        terms=builder.terms,
        stored=builder.stored,
    )
