"""What can be wrong with a source, kept as a code, told in words.

Every sentence says what to do. None ever holds a value of the configuration that may
be secret, nor what the source answered beyond its status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

SENTENCES = {
    "address": N_(
        "The address {host} is not asked ({reason}). Use http or https, or have the"
        " operator allow the host."
    ),
    "unreachable": N_(
        "{host} does not answer. Check the address, and that the system runs and lets"
        " the portal in."
    ),
    "tls": N_(
        "The certificate of {host} was not accepted ({reason}). Renew it, or put the"
        " authority's certificate into tls.ca."
    ),
    "too_slow": N_(
        "The source took more than {seconds} seconds for one answer. Ask it for smaller"
        " pages, or raise limits.answer_seconds."
    ),
    "too_long": N_(
        "The run took more than {seconds} seconds. Ask only for what changed"
        " (incremental), or raise limits.seconds."
    ),
    "too_big": N_(
        "One answer has more than {bytes} bytes. Ask for smaller pages, or raise"
        " limits.bytes."
    ),
    "too_many_pages": N_(
        "The source gave more than {pages} pages. Check paging, or raise limits.pages."
    ),
    "too_many_rows": N_(
        "The source gave more than {rows} rows. Check paging and the query, or raise"
        " limits.rows."
    ),
    "cut": N_(
        "The answer broke off before its end, {attempts} times. Have the source's"
        " server looked at."
    ),
    "not_allowed": N_(
        "The source refuses the account (HTTP {status}). Check auth and enter the"
        " secret again."
    ),
    "not_found": N_(
        "There is nothing at this address (HTTP {status}). Check the address."
    ),
    "busy": N_(
        "The source asks to wait (HTTP 429), still after {attempts} requests. Set"
        " limits.pause or limits.rows_per_second."
    ),
    "failing": N_(
        "The source fails (HTTP {status}), still after {attempts} requests. Tell its"
        " owner."
    ),
    "status": N_("The source answered HTTP {status}. Check address and parameters."),
    "redirects": N_(
        "The source sends on to another address too often, or to another server with"
        " the secret. Enter the last address itself."
    ),
    "web_page": N_(
        "The source answered with a web page, probably one to log in. Check address and"
        " auth."
    ),
    "content_type": N_(
        "The source answered {found} where {format} was expected. Check format and"
        " address."
    ),
    "not_readable": N_(
        "The answer is no {format} that can be read (near {place}). Tell the source's"
        " owner, or check format."
    ),
    "no_records": N_("The answer has no list at “{path}”. Check records."),
    "no_rows": N_("What stands at “{path}” is no list of rows. Check records."),
    "same_page": N_(
        "Page {page} is the same as the one before. The source does not heed the"
        " parameter of paging: check its name."
    ),
    "loop": N_(
        "Page {page} leads back to one that was read. Check paging, or tell the"
        " source's owner."
    ),
    "other_server": N_(
        "The next page is on another server ({host}). It is not asked: check paging."
    ),
    "paging": N_(
        "The answer does not say where to go on ({path}). Check paging against the"
        " source's description."
    ),
    "token": N_(
        "The token's server gave no token. Check token_url, client_id and the secret."
    ),
    "secret_missing": N_("The secret is missing. Enter it again."),
    "secret_unreadable": N_(
        "The secret can't be read ({reason}). Enter it again, or ask the operator."
    ),
    "incremental_value": N_(
        "The field {field} of incremental is empty or of mixed kinds on page {page}."
        " Use a field that every row has."
    ),
    "start_again": N_(
        "This run can't go on where it stopped: the source has no key. Begin it again."
    ),
    "query_unreadable": N_(
        "The query can't be read (line {line}, column {column}). Write one SELECT."
    ),
    "query_not_one": N_("The query has {count} statements. Write one SELECT."),
    "query_writes": N_("The query is no plain SELECT ({found}). Write one SELECT."),
    "account": N_(
        "The database refuses the account. Check auth and enter the secret again."
    ),
    "database": N_(
        "The database refused: {reason}. Check table, query and the account's rights."
    ),
    "database_kind": N_("Databases of the kind {found} are not read here."),
    "database_file": N_(
        "The file is not in the operator's folder for databases. Ask the operator."
    ),
    "columns_twice": N_(
        "The column {field} comes twice. Give one of them another name."
    ),
    "no_field": N_("The source has no field {field}. Check fields, key, incremental."),
}  # fmt: skip


class SourceProblem(Exception):  # noqa: N818 - says whose it is
    """Something that the source's owner or the officer has to mend.

    Args:
        code: one of `SENTENCES`.
        told: what its sentence needs, in values that JSON can hold.

    `spent` is what the source was asked for in vain, as a page counts it: `bytes`,
    `requests`, `retries`, `seconds`.
    """

    def __init__(self, code: str, **told: Any) -> None:
        super().__init__(code)
        self.code = code
        self.told = told
        self.spent: dict[str, Any] = {}

    def hide(self, secrets: Iterable[str]) -> None:
        """Take secrets out of what a server said that was told them."""
        for secret in filter(None, secrets):
            self.told = {
                name: value.replace(secret, "…") if isinstance(value, str) else value
                for name, value in self.told.items()
            }

    def words(self) -> str:
        """Return the sentence in the caller's language."""
        return say(self.code, self.told)

    def __str__(self) -> str:
        return f"{self.code} {self.told}"


def say(code: str, told: dict[str, Any]) -> str:
    """Return a problem's sentence in the caller's language."""
    return tk._(SENTENCES[code]).format(**told)
