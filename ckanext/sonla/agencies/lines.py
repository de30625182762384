"""What can be wrong with a line of the file of agencies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, roles

from . import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .importing import Line

ROLES = (roles.OFFICER, roles.LEADER)


def look_over(lines: list[Line]) -> None:
    """Add to each line what is wrong with it, alone and beside the others."""
    repeated = _repeated(lines)
    for line in lines:
        line.findings.extend(_of_agency(line.values))
        for role in ROLES:
            line.findings.extend(_of_account(line.values, role))
        line.findings.extend(
            tk._("{value} appears in more than one line").format(value=value)
            for value in sorted(_unique_values(line.values) & repeated)
        )


def _unique_values(values: dict[str, str]) -> set[str]:
    names = {values["agency_name"]}
    for role in ROLES:
        names |= {values[f"{role}_name"], values[f"{role}_email"].casefold()}
    return names - {""}


def _repeated(lines: list[Line]) -> set[str]:
    counts = Counter(value for line in lines for value in _unique_values(line.values))
    return {value for value, count in counts.items() if count > 1}


def _of_agency(values: dict[str, str]) -> Iterator[str]:
    name = values["agency_name"]
    if not values["decision"]:
        yield tk._("The decision of appointment is missing")
    if not name:
        yield tk._("The agency's name is missing")
        return
    yield from _invalid("name_validator", name)
    if name == policy.text("operating_office"):
        yield tk._("The office that runs the portal is not provisioned from a file")
    agency = model.Group.get(name)
    if agency is not None:
        if not agency.is_organization or agency.state != model.State.ACTIVE:
            yield tk._("Something else bears the name {name}").format(name=name)
        return
    if not values["agency_title"]:
        yield tk._("The agency's title is missing")
    if values["agency_kind"] not in kinds.KINDS:
        yield tk._("{kind} is no kind of agency; the kinds are {kinds}").format(
            kind=values["agency_kind"] or "—", kinds=", ".join(kinds.KINDS)
        )


def _of_account(values: dict[str, str], role: str) -> Iterator[str]:
    name, email = values[f"{role}_name"], values[f"{role}_email"]
    if not name:
        if email or values[f"{role}_fullname"]:
            yield tk._("The account's name is missing")
        return
    yield from _invalid("name_validator", name)
    others = role == roles.OFFICER and values["leader_name"]
    if name == others:
        yield tk._("{name} can't be officer and leader").format(name=name)
    account = model.User.get(name)
    if account is not None:
        yield from _of_existing(account, values, role)
        return
    if not email:
        yield tk._("The e-mail address of {name} is missing").format(name=name)
        return
    yield from _invalid("email_validator", email)
    taken = sa.select(model.User.id).where(
        sa.func.lower(model.User.email) == email.lower(),
        model.User.state == model.State.ACTIVE,
    )
    if model.Session.scalars(taken).first():
        yield tk._("Another account has the e-mail address {email}").format(email=email)


def _of_existing(
    account: model.User, values: dict[str, str], role: str
) -> Iterator[str]:
    email = values[f"{role}_email"]
    held = roles.appointment_of(account.id)
    here = held and (held.role, held.agency_name) == (role, values["agency_name"])
    if account.sysadmin or (held and not here):
        yield tk._("{name} already holds a role").format(name=account.name)
    if email and email.casefold() != (account.email or "").casefold():
        yield tk._("Another account bears the name {name}").format(name=account.name)


def _invalid(validator: str, value: str) -> Iterator[str]:
    check: Callable[..., Any] = tk.get_validator(validator)
    try:
        check(value, {})
    except tk.Invalid as error:
        yield f"{value}: {error.error}"
