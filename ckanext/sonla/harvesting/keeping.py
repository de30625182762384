"""Secrets of sources: taken out of a configuration before anything keeps or logs it.

What stays in the configuration is `{"stored": true}`, or a reference such as `env:NAME`
or `file:/path`, which operators write. A kept secret is bound to where it is sent: a
source that asks another server needs it entered again.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock

from . import sealing
from .model import HarvestSecret
from .problems import SourceProblem, say

if TYPE_CHECKING:
    from collections.abc import Mapping

STORED = {"stored": True}
# The way to authenticate → its field that is secret.
FIELDS = {
    "basic": "password",
    "api_key": "key",
    "api_token": "token",
    "bearer": "token",
    "oauth2": "client_secret",
    "header": "value",
    "password": "password",
}
ENVIRONMENT, FILE = "env:", "file:"
_MOST_BYTES = 20_000
_LOOKS_SECRET = re.compile(
    r'("(?:password|key|token|client_secret|value)"\s*:\s*)"(?:[^"\\]|\\.)*"?'
)


def field_of(config: Mapping[str, Any]) -> str | None:
    """Return which field of `auth` is secret, if any."""
    auth = config.get("auth")
    if not isinstance(auth, dict) or not isinstance(auth.get("type"), str):
        return None
    return FIELDS.get(auth["type"])


def masked(text: str) -> str:
    """Return a text that is no JSON without what looks like a secret in it."""
    return _LOOKS_SECRET.sub(r'\1""', text)


def reference_of(config: Mapping[str, Any]) -> str | None:
    """Return the reference that stands for the secret, if one does."""
    field = field_of(config)
    value = config["auth"].get(field) if field else None
    if isinstance(value, str) and value.startswith((ENVIRONMENT, FILE)):
        return value
    return None


def take(config: dict[str, Any]) -> str | None:
    """Take the secret out of a configuration; what is left may be kept and shown."""
    auth = config.get("auth")
    if isinstance(auth, dict):
        for other in set(FIELDS.values()) - {field_of(config)}:
            if other in auth:  # Under the wrong kind: refused later, kept by nobody.
                auth[other] = dict(STORED)
    field = field_of(config)
    if not field or reference_of(config):
        return None
    value = config["auth"].get(field)
    if not isinstance(value, str):
        return None
    config["auth"][field] = dict(STORED)
    return value


def bound_to(url: str, config: Mapping[str, Any]) -> str:
    """Return where a source's secret goes, and as what."""
    auth = dict(config.get("auth") or {})
    auth.pop(field_of(config) or "", None)
    if "token_url" in auth:
        auth["token_url"] = _origin(auth["token_url"])
    told = {"to": _origin(url), "auth": auth, "tls": config.get("tls") or {}}
    return json.dumps(told, sort_keys=True, ensure_ascii=False)


def _origin(url: str) -> str:
    parts = urlsplit(url.strip())
    # Upper and lower case, and a port that is written or not, may ask once too often.
    return f"{parts.scheme}://{parts.netloc}".lower()


def needs(config: Mapping[str, Any]) -> str | None:
    """Return the name of the kept secret that a configuration needs, if any."""
    field = field_of(config)
    return field if field and config["auth"].get(field) == STORED else None


def kept(source_id: str, name: str) -> HarvestSecret | None:
    """Return a source's kept secret, sealed."""
    return model.Session.get(HarvestSecret, (source_id, name))


def keep(
    source_id: str, url: str, config: Mapping[str, Any], plain: str | None
) -> None:
    """Keep a source's secret, or forget it when its configuration needs none.

    Part of the caller's transaction.
    """
    name = needs(config)
    # Before anything is sealed: `rekeying` and this wait for one another by it.
    model.Session.execute(
        sa.delete(HarvestSecret).where(
            HarvestSecret.source_id == source_id, HarvestSecret.name != (name or "")
        )
    )
    if name and plain is not None:
        found = kept(source_id, name) or HarvestSecret(source_id=source_id, name=name)
        found.sealed = sealing.seal(plain)
        found.bound_to = bound_to(url, config)
        found.made = clock.now()
        model.Session.add(found)
    model.Session.flush()


def secrets_of(source_id: str, url: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return the secrets that pulling a source needs, by their field of `auth`.

    Raises:
        SourceProblem: one is missing or can't be read.
    """
    field = field_of(config)
    if not field:
        return {}
    reference = reference_of(config)
    if reference:
        return {field: referred(reference)}
    found = kept(source_id, field)
    if found is None or found.bound_to != bound_to(url, config):
        raise SourceProblem("secret_missing")
    try:
        return {field: sealing.unseal(found.sealed)}
    except SourceProblem:
        # Its key may have been changed between the two readings (`rekeying`).
        model.Session.refresh(found)
        return {field: sealing.unseal(found.sealed)}


def referred(reference: str) -> str:
    """Return what `env:NAME` or `file:/path` stands for.

    Raises:
        SourceProblem: it is not there, or not where the operator allows.
    """
    wrong = reference_problem(reference)
    if wrong:
        raise SourceProblem("secret_unreadable", reason=wrong)
    kind, _, name = reference.partition(":")
    if f"{kind}:" == ENVIRONMENT:
        return os.environ[name]
    try:
        content = Path(name).read_bytes()[:_MOST_BYTES].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceProblem("secret_unreadable", reason="file") from error
    return content.rstrip("\r\n")


def reference_problem(reference: str) -> str | None:
    """Return what is wrong with a reference: `env` or `file`; None if nothing is."""
    kind, _, name = reference.partition(":")
    if f"{kind}:" == ENVIRONMENT:
        prefix = tk.config["sonla.harvesting.secret_prefix"]
        allowed = bool(prefix) and name.startswith(prefix)
        return None if allowed and name in os.environ else "env"
    folder = tk.config["sonla.harvesting.secret_folder"]
    if not folder:
        return "file"
    path, allowed_in = Path(name).resolve(), Path(folder).resolve()
    return None if path.is_relative_to(allowed_in) and path.is_file() else "file"


def missing_words() -> str:
    """Return what to tell somebody whose secret has to be entered again."""
    return say("secret_missing", {})
