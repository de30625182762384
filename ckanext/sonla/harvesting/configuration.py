"""A source's configuration: checked against its kind's published JSON Schema."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from jsonschema import Draft202012Validator

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

from . import cron

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Whose rows go into a table, and whose datasets go into datasets.
TABLES = ("sonla_rest", "sonla_sql")
CATALOGUES = ("sonla_ckan", "sonla_dcat")
KINDS = (*TABLES, *CATALOGUES)
FOLDER = Path(__file__).parent / "schemas"
MOST_CHARACTERS = 500_000

_MISSING = N_("{field} is missing.")
_UNKNOWN = N_("{field} is not known here. Known: {known}.")
_WRONG = N_("{field} does not have the form that is asked for.")
_NOT_ONE_OF = N_("{field} must be one of: {known}.")
_FROM_OR_QUERY = N_("Give either from or query, not both.")
_TYPES = {
    "string": N_("{field} must be a text."),
    "integer": N_("{field} must be a whole number."),
    "number": N_("{field} must be a number."),
    "boolean": N_("{field} must be true or false."),
    "array": N_("{field} must be a list."),
    "object": N_("{field} must be an object of names and values."),
}
_BOUNDS = {
    "minimum": N_("{field} must be at least {bound}."),
    "exclusiveMinimum": N_("{field} must be more than {bound}."),
    "maximum": N_("{field} must be at most {bound}."),
    "maxLength": N_("{field} may have {bound} characters at most."),
    "maxItems": N_("{field} may have {bound} items at most."),
    "maxProperties": N_("{field} may have {bound} items at most."),
}
_NO_CRON = N_(
    "schedule is no cron expression. Write minute, hour, day, month and weekday, such"
    " as 30 1 * * *, or cycle."
)
_EMPTY = N_("{field} must not be empty.")
_TWICE = N_("{field} names something twice.")


def schema_text(kind: str) -> str:
    """Return the published JSON Schema of a kind of source."""
    return (FOLDER / f"{kind}.json").read_text(encoding="utf-8")


@lru_cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_text(kind)))


def read(kind: str, text: str | None) -> dict[str, Any]:
    """Read a configuration.

    Args:
        kind: one of `KINDS`.
        text: JSON.

    Raises:
        ckan ValidationError: what is wrong with it, field by field, under `config`.
            No message holds a value: one might be a secret.
    """
    found = parse(text)
    wrong = sorted(set(problems(kind, found)))
    if wrong:
        raise tk.ValidationError({"config": wrong})
    return found


def parse(text: str | None) -> dict[str, Any]:
    """Read JSON, and refuse what is no object."""
    found: Any = None
    if len(text or "") > MOST_CHARACTERS:
        _refuse(_say(_BOUNDS["maxLength"], field="config", bound=MOST_CHARACTERS))
    try:
        found = json.loads(text or "{}")
        _can_be_kept(found)
    except json.JSONDecodeError as error:
        _refuse(
            tk._("This is no JSON: line {line}, column {column}.").format(
                line=error.lineno, column=error.colno
            )
        )
    except (RecursionError, ValueError, TypeError):
        _refuse(tk._("This is no JSON that can be read."))
    if not isinstance(found, dict):
        _refuse(_say(_TYPES["object"], field="config"))
    return found


def _can_be_kept(found: Any) -> None:
    """Refuse what Python reads as JSON and no database or other reader would take.

    Raises:
        ValueError: infinite numbers, half a character, or NUL.
    """
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    text.encode()
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError


def written(config: dict[str, Any]) -> str:
    """Return a configuration as it is kept."""
    return json.dumps(config, ensure_ascii=False, indent=2)


def _refuse(message: str) -> NoReturn:
    raise tk.ValidationError({"config": [message]})


def _say(message: str, **told: Any) -> str:
    return tk._(message).format(**told)


def problems(kind: str, config: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a configuration, in the caller's language."""
    for error in _validator(kind).iter_errors(config):
        yield from _told(error)
    schedule = config.get("schedule")
    by_cron = isinstance(schedule, str) and schedule != "cycle"
    if by_cron and not cron.is_valid(schedule):
        yield tk._(_NO_CRON)


def _told(error: Any) -> Iterator[str]:
    keyword = str(error.validator)
    tell = _TELL.get(keyword)
    if tell:
        yield from tell(error)
    elif keyword in _BOUNDS:
        yield _say(_BOUNDS[keyword], field=_field(error), bound=error.validator_value)
    elif keyword in {"minLength", "minItems", "minProperties"}:
        yield _say(_EMPTY, field=_field(error))
    elif keyword == "uniqueItems":
        yield _say(_TWICE, field=_field(error))
    else:
        yield _say(_WRONG, field=_field(error))


def _field(error: Any, *more: str) -> str:
    """Return where an error is: `auth.password`, `key[0]`."""
    place = ""
    for part in [*error.absolute_path, *more]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
    return place.lstrip(".") or "config"


def _required(error: Any) -> Iterator[str]:
    for name in error.validator_value:
        if name not in error.instance:
            yield _say(_MISSING, field=_field(error, name))


def _unknown(error: Any) -> Iterator[str]:
    known = error.schema.get("properties", {})
    for name in error.instance:
        if name not in known:
            # What somebody typed in place of a name is cut: it might be anything.
            where = _field(error, str(name)[:60])
            yield _say(_UNKNOWN, field=where, known=", ".join(known))


def _type(error: Any) -> Iterator[str]:
    asked = error.validator_value
    first = asked if isinstance(asked, str) else asked[0]
    yield _say(_TYPES[first], field=_field(error))


def _choice(error: Any) -> Iterator[str]:
    known = ", ".join(map(str, error.validator_value))
    yield _say(_NOT_ONE_OF, field=_field(error), known=known)


def _one_of(error: Any) -> Iterator[str]:
    """Tell what is wrong with the branch that `type` chooses."""
    branches = error.validator_value
    if any("from" in one.get("required", ()) for one in branches):
        yield _say(_FROM_OR_QUERY)
        return
    kinds = [one.get("properties", {}).get("type", {}).get("const") for one in branches]
    if not all(kinds):  # A secret: a text, or the one that is kept.
        yield _say(_TYPES["string"], field=_field(error))
        return
    chosen = error.instance.get("type") if isinstance(error.instance, dict) else None
    if chosen not in kinds:
        if isinstance(error.instance, dict) and "type" in error.instance:
            known = ", ".join(kinds)
            yield _say(_NOT_ONE_OF, field=_field(error, "type"), known=known)
        return
    index = kinds.index(chosen)
    for inner in error.context or ():
        if inner.schema_path and inner.schema_path[0] == index:
            yield from _told(inner)


_TELL: dict[str, Callable[[Any], Iterator[str]]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _choice,
    "oneOf": _one_of,
}
