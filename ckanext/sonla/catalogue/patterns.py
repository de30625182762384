"""Which regular expressions a Table Schema may hold.

A pattern runs over every value of a column, so one that takes exponential or high
polynomial time on a hostile value would stop the portal. What is accepted is the
part that Python and PostgreSQL read alike, and in which no two open repeats can
match the same stretch of text in more than one way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ckanext.sonla.shared.msgid import N_

try:  # Python 3.11 moved its parser.
    from re import _constants as constants  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_constants as constants
    import sre_parse as parser

LONGEST = 500
# PostgreSQL counts to 255, and takes long to read a pattern that unrolls to very much.
MOST_REPEATS = 255
MOST_UNROLLED = 2000
# Each further open repeat of the same letters multiplies the time by the length.
MOST_ALIKE = 2
# Characters that stand for their kind when two sets are compared.
_SAMPLE = [chr(code) for code in range(32, 127)] + list("\t\nàăâđêôơưÀĐẾộ€٣")
_REPEATS = {
    constants.MAX_REPEAT,
    constants.MIN_REPEAT,
    getattr(constants, "POSSESSIVE_REPEAT", None),
}
_FOREIGN = {
    constants.GROUPREF,
    constants.GROUPREF_EXISTS,
    constants.ASSERT,
    constants.ASSERT_NOT,
    getattr(constants, "ATOMIC_GROUP", None),
    getattr(constants, "POSSESSIVE_REPEAT", None),
}


class BadPatternError(ValueError):
    """A pattern that is refused; its text is the reason, an English msgid."""


@lru_cache(maxsize=4096)
def fault(pattern: str) -> str | None:
    """Return why a pattern is refused, as an English msgid; None for a good one."""
    if len(pattern) > LONGEST:
        return N_("The pattern is longer than 500 characters.")
    if "\0" in pattern:
        return N_("The pattern is not a regular expression.")
    try:
        re.compile(pattern)
        parsed = parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE.value:
            raise BadPatternError(N_("Flags inside a pattern are not allowed."))
        _check(parsed)
        if _unrolled(parsed) > MOST_UNROLLED:
            raise BadPatternError(N_("The pattern is too long when written out."))
    except BadPatternError as refused:
        return str(refused)
    except (re.error, RecursionError, OverflowError):
        return N_("The pattern is not a regular expression.")
    return None


def _unrolled(sequence: Any) -> int:
    """Return how many places a pattern has when its counted repeats are written out."""
    places = 0
    for operation, argument in sequence:
        inner = sum(_unrolled(one) for one in _inner(operation, argument)) or 1
        if operation in _REPEATS:
            least, most, _body = argument
            inner *= max(1, least + 1 if most is constants.MAXREPEAT else most)
        places += inner
    return places


def _check(sequence: Any) -> None:
    repeats = _Repeats()
    for operation, argument in sequence:
        if operation in _FOREIGN:
            raise BadPatternError(
                N_("References and look-around in a pattern are not allowed.")
            )
        for inner in _inner(operation, argument):
            _check(inner)
        if operation in _REPEATS:
            repeats.add(*argument)
        if not _can_be_empty(operation, argument):
            repeats.separate(
                _letters([(operation, argument)]),
                keep=operation in _REPEATS and _long(argument[1]),
            )


class _Repeats:
    """The open repeats met so far in one sequence."""

    def __init__(self) -> None:
        self.side_by_side: list[set[str]] = []
        self.all: list[set[str]] = []

    def add(self, _least: int, most: Any, body: Any) -> None:
        """Take a repeat in, or refuse it."""
        if most is not constants.MAXREPEAT and most > MOST_REPEATS:
            raise BadPatternError(N_("A pattern may repeat at most 255 times."))
        if not _long(most):
            return
        if _has_long_repeat(body):
            raise BadPatternError(N_("A repeat inside a repeat can take for ever."))
        if _is_ambiguous(body):
            raise BadPatternError(N_("A repeat of alternatives can take for ever."))
        letters = _letters(body)
        alike = sum(bool(letters & before) for before in self.all)
        if alike >= MOST_ALIKE or any(letters & one for one in self.side_by_side):
            raise BadPatternError(
                N_("Two open repeats that match the same can take for ever.")
            )
        self.all.append(letters)
        self.side_by_side.append(letters)

    def separate(self, letters: set[str], *, keep: bool) -> None:
        """Note that something must stand here: repeats before it are told apart.

        A repeat that cannot match it can end in one place only.
        """
        self.side_by_side = self.side_by_side[-1:] if keep else []
        if not keep and letters <= set(_SAMPLE):
            self.all = [one for one in self.all if one & letters]


def _long(most: Any) -> bool:
    """Tell whether a repeat is open, or so wide that it might as well be."""
    return most is constants.MAXREPEAT or most > 20  # noqa: PLR2004 - a bound by feel


def _inner(operation: Any, argument: Any) -> list[Any]:
    if operation in _REPEATS:
        return [argument[2]]
    if operation is constants.SUBPATTERN:
        if argument[1] or argument[2]:
            raise BadPatternError(N_("Flags inside a pattern are not allowed."))
        return [argument[3]]
    if operation is constants.BRANCH:
        return list(argument[1])
    return []


def _has_long_repeat(sequence: Any) -> bool:
    return any(
        (operation in _REPEATS and argument[1] is not argument[0] and _wide(argument))
        or any(_has_long_repeat(inner) for inner in _inner(operation, argument))
        for operation, argument in sequence
    )


def _wide(argument: Any) -> bool:
    least, most, _body = argument
    return most is constants.MAXREPEAT or most > max(least, 1)


def _is_ambiguous(sequence: Any) -> bool:
    """Tell whether a repeated body has branches or optional parts that overlap."""
    for operation, argument in sequence:
        if operation is constants.BRANCH:
            seen: set[str] = set()
            for branch in argument[1]:
                letters = _first_letters(branch)
                if letters & seen or not len(branch):
                    return True
                seen |= letters
        if operation in _REPEATS and argument[0] != argument[1]:
            return len(sequence) == 1 or bool(
                _letters(argument[2]) & _others(sequence, argument)
            )
        if any(_is_ambiguous(inner) for inner in _inner(operation, argument)):
            return True
    return False


def _others(sequence: Any, argument: Any) -> set[str]:
    found: set[str] = set()
    for operation, other in sequence:
        if other is not argument:
            found |= _letters([(operation, other)])
    return found


def _can_be_empty(operation: Any, argument: Any) -> bool:
    if operation in _REPEATS:
        return argument[0] == 0 or all(_can_be_empty(*one) for one in argument[2])
    if operation is constants.SUBPATTERN:
        return all(_can_be_empty(*one) for one in argument[3])
    if operation is constants.BRANCH:
        return any(all(_can_be_empty(*one) for one in b) for b in argument[1])
    return operation is constants.AT


def _first_letters(sequence: Any) -> set[str]:
    found: set[str] = set()
    for operation, argument in sequence:
        if operation is constants.BRANCH:
            for branch in argument[1]:
                found |= _first_letters(branch)
        elif operation in _REPEATS:
            found |= _first_letters(argument[2])
        elif operation is constants.SUBPATTERN:
            found |= _first_letters(argument[3])
        else:
            found |= _one(operation, argument)
        if not _can_be_empty(operation, argument):
            break
    return found


def _letters(sequence: Any) -> set[str]:
    """Return the sample characters that occur in what a sequence matches."""
    found: set[str] = set()
    for operation, argument in sequence:
        inner = _inner(operation, argument)
        if inner:
            for one in inner:
                found |= _letters(one)
        else:
            found |= _one(operation, argument)
    return found


def _one(operation: Any, argument: Any) -> set[str]:
    if operation is constants.AT:
        return set()
    if operation is constants.LITERAL:
        return {chr(argument)}
    single = parser.SubPattern(parser.State(), [(operation, argument)])
    matcher = _matcher(single)
    return {one for one in _SAMPLE if matcher(one)}


def _matcher(single: Any) -> Any:
    ((operation, argument),) = single.data
    if operation is constants.ANY:
        return lambda one: one != "\n"
    if operation is constants.NOT_LITERAL:
        return lambda one: ord(one) != argument
    if operation is constants.CATEGORY:
        return lambda one: _category(argument, one)
    if operation is constants.IN:
        return lambda one: _within(argument, one)
    return lambda _one: True


def _within(items: Any, one: str) -> bool:
    negate = items[0][0] is constants.NEGATE
    found = False
    for operation, argument in items[1:] if negate else items:
        if operation is constants.LITERAL:
            found = found or ord(one) == argument
        elif operation is constants.RANGE:
            found = found or argument[0] <= ord(one) <= argument[1]
        elif operation is constants.CATEGORY:
            found = found or _category(argument, one)
    return found != negate


def _category(category: Any, one: str) -> bool:
    letter = {
        constants.CATEGORY_DIGIT: "d",
        constants.CATEGORY_NOT_DIGIT: "D",
        constants.CATEGORY_SPACE: "s",
        constants.CATEGORY_NOT_SPACE: "S",
        constants.CATEGORY_WORD: "w",
        constants.CATEGORY_NOT_WORD: "W",
    }[category]
    return re.fullmatch("\\" + letter, one) is not None
