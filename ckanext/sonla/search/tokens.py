"""Lucene's tokens, as Solr's own grammar (QueryParser.jj) cuts them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import QuerySyntaxError

_SPACE = " \t\n\r\u3000"
_SKIP = re.compile(rf"[{_SPACE}]+")
_START = rf'(?:[^{_SPACE}+\-!():^\[\]"{{}}~*?\\/]|\\.)'
_RUN = re.compile(rf"(?:{_START}|[*?])(?:{_START}|[-+/*?])*", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(rf"[+\-!](?=[{_SPACE}])")
_SLOP = re.compile(r"~(\d+(?:\.\d+)?)?")
_BOOST = re.compile(r"\^[=-]?\d+(?:\.\d+)?")
_RANGE = re.compile(
    rf"""([\[{{])[{_SPACE}]*("(?:[^"\\]|\\.)*"|[^{_SPACE}\]}}"]+)
    [{_SPACE}]+TO[{_SPACE}]+("(?:[^"\\]|\\.)*"|[^{_SPACE}\]}}"]+)[{_SPACE}]*([\]}}])""",
    re.VERBOSE | re.DOTALL,
)
_WILD = re.compile(r"(?<!\\)(?:\\\\)*[*?]")
_WORDS = {"AND": "and", "&&": "and", "OR": "or", "||": "or", "NOT": "not"}
_SIGNS = {"+": "plus", "-": "not", "!": "not", "(": "open", ")": "close", ":": "colon"}


@dataclass(frozen=True)
class Token:
    """A token: its kind, its text, and where it stands.

    Kinds: and, or, not, plus, open, close, colon, term, star, pattern, quoted, bare,
    slop, boost, range, end.
    """

    kind: str
    text: str
    at: int


def unescape(text: str) -> str:
    """Drop backslashes, as Solr's `discardEscapeChar` does."""

    def plain(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code, 16)) if code else match.group(2)

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", plain, text, flags=re.DOTALL)


def range_parts(text: str) -> tuple[bool, str, str, bool]:
    """Take `[a TO b}` apart: with its low end, low, high, with its high end."""
    match = _RANGE.match(text)
    if match is None:
        raise QuerySyntaxError(f"Cannot parse '{text}'")
    return match[1] == "[", match[2], match[3], match[4] == "]"


def _run(text: str, at: int) -> Token | None:
    match = _RUN.match(text, at)
    if match is None:
        return None
    run = match.group()
    if run in _WORDS:
        return Token(_WORDS[run], run, at)
    if run == "*":
        return Token("star", run, at)
    return Token("pattern" if _WILD.search(run) else "term", run, at)


def _other(text: str, at: int) -> Token:
    for kind, pattern in (
        ("quoted", _QUOTED),
        ("bare", _BARE),
        ("slop", _SLOP),
        ("boost", _BOOST),
        ("range", _RANGE),
    ):
        match = pattern.match(text, at)
        if match is not None:
            return Token(kind, match.group(), at)
    if text[at] in _SIGNS:
        return Token(_SIGNS[text[at]], text[at], at)
    raise QuerySyntaxError(
        f"org.apache.solr.search.SyntaxError: Cannot parse '{text}': "
        f"unexpected {text[at]!r} at position {at}"
    )


def tokens(text: str) -> list[Token]:
    """Cut a query into tokens.

    Raises:
        SolrError: at a lone quote, bracket, slash or backslash, as Solr does.
    """
    found: list[Token] = []
    at = 0
    while True:
        space = _SKIP.match(text, at)
        at = space.end() if space else at
        if at >= len(text):
            return [*found, Token("end", "", at)]
        token = _run(text, at) or _other(text, at)
        found.append(token)
        at += len(token.text)
