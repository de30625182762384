"""Every `ckan` command: which are tried on a published dataset, which are left alone.

Found in the tree of commands at test time, CKAN's own and the plugins', so that a new
one fails the test until it stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Any

import click

import ckan.plugins as p
from ckan.cli.cli import ckan
from tests.factories.seal import Subject

Arguments = Callable[[Subject], list[str]]


def whole(app: Any) -> click.Group:
    """Return `ckan` with the plugins' commands, over an application that runs already.

    CKAN's own group would load the configuration and every plugin anew.
    """
    offered = dict(ckan.commands)
    for point in entry_points(group="ckan.click_command"):
        offered[point.name] = point.load()
    for plugin in p.PluginImplementations(p.IClick):
        offered |= {str(one.name): one for one in plugin.get_commands()}

    @click.pass_context
    def with_app(context: click.Context) -> None:
        context.meta["flask_app"] = app

    return click.Group("ckan", commands=offered, callback=with_app)


def every_command(app: Any) -> set[str]:
    """Return the commands' whole names, `dataset delete` for one."""
    return {name for name, _ in _leaves("", whole(app))}


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for key, one in command.commands.items():
        yield from _leaves(f"{name} {key}".strip(), one)


# They write, or would: what comes of them is refused or nothing.
TRIED: dict[str, Arguments] = {
    "dataset delete": lambda s: [s.name],
    "dataset purge": lambda s: [s.name],
    "views clear": lambda _: ["-y", "datatables_view"],
    "views clean": lambda _: ["-y"],
    "views create": lambda s: ["-y", "-d", s.name],
    "xloader submit": lambda s: ["-y", s.name],
    "harvester source clear": lambda s: [s.source],
    "harvester source clear-history": lambda s: [s.source, "-k", "false"],
    "harvester job-abort": lambda s: [s.source],
    "file storage remove-files": lambda s: [
        "-s",
        s.storage,
        "--remove-registered",
        "--remove-not-registered",
    ],
    "file maintain empty-owner": lambda s: ["-s", s.storage, "--remove"],
    "file maintain missing-files": lambda s: ["-s", s.storage, "--remove"],
    "generate fake-data": lambda _: ["dataset"],
}

# They write only what they may, and end well.
UPKEEP: dict[str, Arguments] = {
    "datastore purge": lambda _: [],
    "datastore upgrade": lambda _: [],
    "search-index rebuild": lambda _: ["-i"],
    "search-index clear-orphans": lambda _: [],
    "db upgrade": lambda _: ["--skip-plugins"],
    "harvester reindex": lambda _: [],
    "harvester run": lambda _: [],
    "harvester job-all": lambda _: [],
    "harvester clean-harvest-log": lambda _: [],
    "clean users": lambda _: ["-f"],
    "sonla tick": lambda _: [],
    "sonla retention": lambda _: ["--remove"],
    "sonla search rebuild": lambda _: [],
    "sonla obligations freeze": lambda _: ["2020-Q4"],
}

_ASSETS = "builds the site's own files"
_READS = "reads"
_SETTINGS = "settings and skeletons of files, no content"
_SCHEMA = "the schema's own administration, outside the promise"
_ACCOUNTS = "accounts and their tokens, not content"
_QUEUE = "jobs and their queue; what a job writes meets the seal"
_SERVES = "serves or waits; what comes through it meets the seal"
_SHELL = "runs the operator's own code, outside the promise"
_INDEX = "the index is derived; `search-index rebuild` brings back what was approved"
_HARVEST = "where a source is and its jobs; what a harvester writes meets the seal"
_DIARY = "CKAN's diary of people's doings; decisions are in the portal's own log"
_WAY = "calls the portal's own actions, by their own rules"

ALLOWED: dict[str, str] = {
    "api": "calls actions over HTTP, with a token and by their rules",
    "asset build": _ASSETS,
    "asset clean": _ASSETS,
    "asset watch": _ASSETS,
    "clean activities": _DIARY,
    "config declaration": _READS,
    "config describe": _READS,
    "config docs": _READS,
    "config search": _READS,
    "config undeclared": _READS,
    "config validate": _READS,
    "config-tool": _SETTINGS,
    "datastore dump": _READS,
    "datastore fts-index": _INDEX,
    "datastore set-permissions": _READS,
    "datapusher resubmit": "of a plugin that isn't enabled",
    "datapusher submit": "of a plugin that isn't enabled",
    "dataset list": _READS,
    "dataset show": _READS,
    "db check": _READS,
    "db clean": "refused while something is published: a test of its own",
    "db create-from-model": _SCHEMA,
    "db downgrade": _SCHEMA,
    "db duplicate_emails": _READS,
    "db init": _SCHEMA,
    "db pending-migrations": _READS,
    "db version": _READS,
    "dcat consume": "reads, and prints",
    "dcat generate-static": "writes a file that nothing serves",
    "dcat produce": _READS,
    "file adapters": _READS,
    "file stats overview": _READS,
    "file stats owner": _READS,
    "file stats types": _READS,
    "file storage list": _READS,
    "file storage scan": _READS,
    "file storage transfer": "copies between storages; removing meets the seal",
    "file stream": _READS,
    "generate config": _SETTINGS,
    "generate extension": _SETTINGS,
    "generate migration": _SETTINGS,
    "harvester abort-failed-jobs": _HARVEST,
    "harvester fetch-consumer": _SERVES,
    "harvester gather-consumer": _SERVES,
    "harvester harvesters_info": _READS,
    "harvester import": _HARVEST,
    "harvester job": _HARVEST,
    "harvester jobs": _READS,
    "harvester purge-queues": _QUEUE,
    "harvester run-test": "gathers and imports by the harvester's own actions",
    "harvester source create": _HARVEST,
    "harvester source remove": _HARVEST,
    "harvester source show": _READS,
    "harvester sources": _READS,
    "jobs cancel": _QUEUE,
    "jobs clear": _QUEUE,
    "jobs list": _READS,
    "jobs show": _READS,
    "jobs test": _QUEUE,
    "jobs worker": _SERVES,
    "notify replay": _QUEUE,
    "notify send_emails": "sends mails",
    "plugin-info": _READS,
    "profile": _READS,
    "run": _SERVES,
    "sass": _ASSETS,
    "search-index check": _READS,
    "search-index clear": _INDEX,
    "search-index list-orphans": _READS,
    "search-index list-unindexed": _READS,
    "search-index rebuild-fast": _INDEX,
    "search-index show": _READS,
    "shell": _SHELL,
    "sonla agency provision": _WAY,
    "sonla audit dossier": _READS,
    "sonla audit export": _READS,
    "sonla audit head": _READS,
    "sonla audit set-permissions": _READS,
    "sonla audit verify": _READS,
    "sonla demo load": _WAY,
    "sonla erasures apply": "applies recorded decisions once more",
    "sonla harvest rekey": "seals sources' secrets with another key",
    "sonla integrity check": _READS,
    "sonla obligations show": _READS,
    "sonla search check": _READS,
    "sonla worker": _SERVES,
    "sysadmin add": _ACCOUNTS,
    "sysadmin list": _READS,
    "sysadmin remove": _ACCOUNTS,
    "translation check-po": _ASSETS,
    "translation js": _ASSETS,
    "translation mangle": _ASSETS,
    "translation sync-msgids": _ASSETS,
    "user add": _ACCOUNTS,
    "user list": _READS,
    "user remove": _ACCOUNTS,
    "user setpass": _ACCOUNTS,
    "user show": _READS,
    "user token add": _ACCOUNTS,
    "user token list": _READS,
    "user token revoke": _ACCOUNTS,
    "xloader status": _READS,
}
