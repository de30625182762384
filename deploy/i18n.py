"""The portal's strings on screen: extract, merge, compile, find what is missing.

    python deploy/i18n.py update catalogue      code and templates -> .po
    python deploy/i18n.py update --all
    python deploy/i18n.py compile               .po -> .mo
    python deploy/i18n.py check                 lists what has no Vietnamese

Every feature has a domain of its own, `sonla-<feature>`, so that a disabled feature
takes its strings with it. A string that is stored first and shown later (the message
of a finding, say) is marked where it is written with `N_("…")`.
"""

from __future__ import annotations

import string
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
EXTENSION = ROOT / "ckanext" / "sonla"
LOCALES = EXTENSION / "i18n"
LOCALE = "vi"
FEATURES = (
    "shared",
    "search",
    "agencies",
    "catalogue",
    "intake",
    "approval",
    "obligations",
    "harvesting",
    "feedback",
    "portal",
)
# Folders that a feature's strings come from besides its own and its templates.
ALSO = {"portal": ("demo",)}
# The scheming keys whose plain-text values CKAN translates when it draws a form.
SCHEMA_KEYS = frozenset(
    {"label", "help_text", "form_placeholder", "form_snippet_label", "title"}
)

# Headers that say when and by whom: git knows it better, and they make merges collide.
UNSTABLE_HEADERS = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Report-Msgid-Bugs-To',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Project-Id-Version',
    b'"Generated-By',
)


def po_path(feature: str, locale: str = LOCALE) -> Path:
    """Return where a feature's translations into a language are kept."""
    return LOCALES / locale / "LC_MESSAGES" / f"sonla-{feature}.po"


def extract(feature: str) -> Catalog:
    """Return the strings that a feature shows now, without translations."""
    catalog = Catalog(project="ckanext-sonla", charset="utf-8", fuzzy=False)
    for folder in (feature, *ALSO.get(feature, ())):
        _add_folder(catalog, EXTENSION / folder, "**.py", "python")
    templates = EXTENSION / "templates" / feature
    _add_folder(catalog, templates, "**.html", "ckan")
    _add_folder(catalog, templates, "**.txt", "ckan")
    if feature == "catalogue":
        for path in sorted((EXTENSION / "schemas").glob("*.yaml")):
            place = path.relative_to(ROOT).as_posix()
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            for text in _schema_texts(content):
                catalog.add(text, locations=[(place, 1)])
    return catalog


def _add_folder(catalog: Catalog, folder: Path, pattern: str, method: str) -> None:
    if not folder.is_dir():
        return
    found = extract_from_dir(
        folder,
        method_map=[(pattern, method)],
        keywords={**DEFAULT_KEYWORDS, "_n": (1, 2), "NN_": (1, 2)},
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for name, line, message, comments, context in found:
        place = (folder / name).relative_to(ROOT).as_posix()
        catalog.add(
            message,
            locations=[(place, line)],
            auto_comments=comments,
            context=context,
        )


def _schema_texts(node: object) -> Iterator[str]:
    """Yield the translatable texts of a scheming schema; a dict names its languages."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in SCHEMA_KEYS and isinstance(value, str) and value.strip():
                yield value
            else:
                yield from _schema_texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _schema_texts(item)


def read(feature: str, locale: str = LOCALE) -> Catalog:
    """Return a feature's stored translations, empty where there are none yet."""
    path = po_path(feature, locale)
    if not path.exists():
        return Catalog(
            locale=locale,
            domain=f"sonla-{feature}",
            header_comment=f"# Vietnamese strings of the portal's {feature}.",
            project="ckanext-sonla",
            charset="utf-8",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=f"sonla-{feature}")


def merge(stored: Catalog, extracted: Catalog) -> Catalog:
    """Bring stored translations up to the strings of today.

    A string that went away is kept as obsolete, so that it comes back translated
    when the code that shows it comes back.
    """
    for key, message in list(stored.obsolete.items()):
        if message.id in extracted:
            del stored.obsolete[key]
            stored[message.id] = message
    stored.update(extracted, no_fuzzy_matching=True, update_header_comment=False)
    return stored


def render(catalog: Catalog) -> bytes:
    """Return a catalog as a .po file that only changes when a string does."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=88, include_lineno=False, sort_output=True)
    lines = buffer.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(UNSTABLE_HEADERS))


def problems(feature: str) -> Iterator[str]:
    """Yield a line for every string of a feature that has no usable Vietnamese."""
    stored, extracted = read(feature), extract(feature)
    for message in extracted:
        if not message.id:
            continue
        known = stored.get(message.id, context=message.context)
        if known is None:
            yield f"{feature}: not in the .po file: {_first(message.id)!r}"
        elif known.fuzzy:
            yield f"{feature}: fuzzy: {_first(message.id)!r}"
        elif not all(_forms(known)):
            yield f"{feature}: not translated: {_first(message.id)!r}"
        elif _fields(_texts(known.id)) != _fields(_forms(known)):
            yield f"{feature}: other placeholders: {_first(message.id)!r}"


def contradictions() -> Iterator[str]:
    """Yield a line for every string that features translate in different ways.

    CKAN pours all domains together: one feature's words would stand on another's page.
    """
    known: dict[str, dict[str, str]] = {}
    for feature in FEATURES:
        for message in read(feature):
            if message.id and all(_forms(message)):
                ways = known.setdefault(_first(message.id), {})
                ways.setdefault(_forms(message)[0], feature)
    for identifier, ways in sorted(known.items()):
        if len(ways) > 1:
            told = ", ".join(f"{feature} {text!r}" for text, feature in ways.items())
            yield f"translated in different ways: {identifier!r}: {told}"


def _first(identifier: object) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]  # type: ignore[index] - babel's ids are str or a pair


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())  # type: ignore[arg-type] - the same pair


def _forms(message: Message) -> tuple[str, ...]:
    return _texts(message.string) or ("",)


def _fields(texts: Iterable[str]) -> set[str]:
    """Return the `{name}` fields of a message; text that is no format has none."""
    found: set[str] = set()
    for text in texts:
        try:
            parsed = list(string.Formatter().parse(text))
        except ValueError:
            continue
        found |= {name for _, name, _, _ in parsed if name}
    return found


@click.group(help=__doc__)
def cli() -> None:
    pass


@cli.command()
@click.argument("features", nargs=-1, type=click.Choice(FEATURES))
@click.option("--all", "everything", is_flag=True, help="Every feature.")
def update(features: tuple[str, ...], everything: bool) -> None:
    """Extract the strings and merge them into the .po files."""
    for feature in FEATURES if everything else features:
        catalog = merge(read(feature), extract(feature))
        path = po_path(feature)
        if not len(catalog) and not path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        rendered = render(catalog)
        if not path.exists() or path.read_bytes() != rendered:
            path.write_bytes(rendered)
        missing = sum(1 for m in catalog if m.id and not all(_forms(m)))
        click.echo(f"{path.relative_to(ROOT)}: {len(catalog)} strings, {missing} open")


@cli.command(name="compile")
def compile_() -> None:
    """Compile every .po file that changed since its .mo file was written."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        locale = path.parent.parent.name
        buffer = BytesIO()
        with path.open("rb") as file:
            write_mo(buffer, read_po(file, locale=locale))
        target.write_bytes(buffer.getvalue())


@cli.command()
@click.argument("features", nargs=-1, type=click.Choice(FEATURES))
def check(features: tuple[str, ...]) -> None:
    """List the strings without Vietnamese or with two; exit with 1 if there is one."""
    found = [line for name in features or FEATURES for line in problems(name)]
    found += contradictions()
    for line in found:
        click.echo(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    cli()
