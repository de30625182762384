"""The ways by which a notice reaches somebody: one registered class each.

Mail is always there. Another one, such as an SMS gateway, is a class like these:
docs/notices.md has an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

MAIL = "mail"

# Called right before the other end may take a notice over.
Handing = Callable[[], None]


class Later(Exception):  # noqa: N818 - says when, not what
    """The channel itself is away: tried again for as long as it takes."""


@dataclass(frozen=True)
class Parcel:
    """A notice on its way through one channel.

    `key` is the same at every try; `name`, `address` and `account` are the receiver's.
    """

    key: str
    message_id: str
    event: str
    subject: str
    text: str
    html: str | None
    language: str | None
    link: str | None
    name: str
    address: str | None
    account: str | None


class Channel:
    """A way by which notices go out.

    `deliver` returns when the other end has taken the notice, raises `LookupError` if
    it can never reach this receiver, `Later` if it would take no notice just now, and
    anything else if it did not take this one: tried again, but not for ever. It
    calls `handing` right before the other end may take it: should the process die
    after that, nobody knows, and the notice isn't sent twice. A channel whose other end
    tells copies by their key doesn't call it, and is tried again.
    """

    name: ClassVar[str]

    def is_on(self) -> bool:
        """Tell whether the portal's settings use this channel."""
        raise NotImplementedError

    def deliver(self, parcel: Parcel, handing: Handing) -> None:
        """Hand a notice over."""
        raise NotImplementedError


_channels: dict[str, Channel] = {}


def register_channel(kind: type[Channel]) -> type[Channel]:
    """Register a class of channels."""
    _channels[kind.name] = kind()
    return kind


def named(name: str) -> Channel:
    """Return a channel.

    Raises:
        LookupError: there is none of that name any more.
    """
    return _channels[name]


def switched_on() -> Iterator[str]:
    """Yield the names of the channels besides mail that the settings use."""
    yield from (name for name in sorted(_channels) if _usable(name))


def _usable(name: str) -> bool:
    return name != MAIL and _channels[name].is_on()
