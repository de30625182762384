"""What is tried: for every write action, a payload that would change a dataset.

Each payload first succeeds on the unsealed twin, so that a refusal of it on the
published dataset is the seal's and not a mistake of the payload. An attempt is a
function of the dataset that it aims at.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import FileStorage

from ckan.tests import factories
from tests.factories.seal import Subject
from tests.factories.seal_published import befriend, relate

Payload = Callable[[Subject], dict[str, Any]]


def _dataset(**values: Any) -> Payload:
    return lambda s: {"id": s.dataset, **values}


def _resource(**values: Any) -> Payload:
    return lambda s: {"id": s.linked, **values}


def _table(**values: Any) -> Payload:
    return lambda s: {"resource_id": s.resource, "force": True, **values}


def _whole(**values: Any) -> Payload:
    return lambda s: {**s.show(), **values}


def _whole_resource(s: Subject) -> dict[str, Any]:
    resource = next(r for r in s.show()["resources"] if r["id"] == s.linked)
    return {**resource, "name": "Đổi tên"}


def _whole_view(s: Subject) -> dict[str, Any]:
    return {
        "id": s.view,
        "resource_id": s.resource,
        "title": "Đổi tên",
        "view_type": s.view_type,
    }


def _upload() -> FileStorage:
    return FileStorage(io.BytesIO(b"ma,ten\nTH009,X\n"), "moi.csv", "upload")


def _reordered(s: Subject) -> dict[str, Any]:
    ids = [resource["id"] for resource in s.show()["resources"]]
    return {"id": s.dataset, "order": list(reversed(ids))}


def _bulk(s: Subject) -> dict[str, Any]:
    return {"org_id": s.agency, "datasets": [s.dataset]}


def _related(**values: Any) -> Payload:
    def payload(s: Subject) -> dict[str, Any]:
        relate(s)
        return {
            "subject": s.dataset,
            "object": s.partner,
            "type": "depends_on",
            **values,
        }

    return payload


def _befriended(s: Subject) -> dict[str, Any]:
    befriend(s)
    return {"id": s.dataset, "user_id": s.friend}


def _member(**values: Any) -> Payload:
    return lambda s: {
        "id": s.domain,
        "object": s.dataset,
        "object_type": "package",
        **values,
    }


def _task(s: Subject) -> dict[str, Any]:
    return {
        "id": s.task,
        "entity_id": s.resource,
        "entity_type": "resource",
        "task_type": "xloader",
        "key": "xloader",
        "value": "{}",
        "state": "error",
        "error": "{}",
        "last_updated": "2026-01-02T00:00:00",
    }


ATTEMPTS: dict[str, tuple[Payload, ...]] = {
    "package_update": (_whole(title="Đổi tên"), _whole(resources=[])),
    "package_patch": (
        _dataset(title="Đổi tên"),
        _dataset(tags=[]),
        _dataset(groups=[]),
    ),
    "package_revise": (
        lambda s: {"match": {"id": s.dataset}, "update": {"title": "Đổi tên"}},
    ),
    "package_delete": (_dataset(),),
    "dataset_purge": (_dataset(),),
    "package_owner_org_update": (
        lambda s: {"id": s.dataset, "organization_id": s.other_agency},
    ),
    "package_resource_reorder": (_reordered,),
    "package_create_default_resource_views": (lambda s: {"package": s.show()},),
    "package_relationship_create": (
        lambda s: {"subject": s.dataset, "object": s.partner, "type": "child_of"},
    ),
    "package_relationship_update": (_related(comment="Đổi"),),
    "package_relationship_delete": (_related(),),
    "package_collaborator_create": (
        lambda s: {"id": s.dataset, "user_id": s.newcomer, "capacity": "editor"},
    ),
    "package_collaborator_delete": (_befriended,),
    "bulk_update_private": (_bulk,),
    "bulk_update_delete": (_bulk,),
    "resource_create": (
        lambda s: {"package_id": s.dataset, "url": "x.csv", "upload": _upload()},
        lambda s: {"package_id": s.dataset, "url": "http://sonla.example/x.csv"},
    ),
    "resource_update": (_whole_resource,),
    "resource_patch": (
        lambda s: {"id": s.resource, "upload": _upload()},
        _resource(name="Đổi tên"),
        _resource(url="http://x.example/"),
    ),
    "resource_delete": (_resource(),),
    "resource_create_default_resource_views": (
        lambda s: {"resource": s.show()["resources"][0]},
    ),
    "resource_view_create": (
        lambda s: {
            "resource_id": s.resource,
            "title": "Hình",
            "view_type": "image_view",
        },
    ),
    "resource_view_update": (_whole_view,),
    "resource_view_delete": (lambda s: {"id": s.view},),
    "resource_view_reorder": (
        lambda s: {"id": s.resource, "order": [s.second_view, s.view]},
    ),
    "resource_view_clear": (lambda s: {"view_types": [s.view_type]},),
    "member_create": (
        lambda s: _member(id=s.other_domain, capacity="public")(s),
        lambda s: _member(id=s.other_agency, capacity="public")(s),
    ),
    "member_delete": (_member(), lambda s: _member(id=s.agency)(s)),
    "group_create": (
        lambda s: {
            "name": factories.Group.stub().name,
            "packages": [{"id": s.dataset}],
        },
    ),
    "group_update": (
        lambda s: {"id": s.domain, "name": s.domain_name, "packages": []},
    ),
    "group_patch": (lambda s: {"id": s.domain, "packages": []},),
    "group_delete": (lambda s: {"id": s.domain},),
    "group_purge": (lambda s: {"id": s.domain},),
    "organization_purge": (lambda s: {"id": s.own_agency},),
    "organization_delete": (lambda s: {"id": s.own_agency},),
    "tag_delete": (
        lambda s: {"id": s.tag},
        lambda s: {"id": s.vocabulary_tag, "vocabulary_id": s.vocabulary},
    ),
    "vocabulary_update": (
        lambda s: {"id": s.vocabulary, "name": f"doi ten {s.vocabulary[:8]}"},
    ),
    "datastore_create": (
        _table(fields=[{"id": "them", "type": "text"}]),
        lambda s: _table(aliases=[f"ten_khac_{s.resource[:8]}"])(s),
    ),
    "datastore_upsert": (
        _table(method="insert", records=[{"ma": "TH009", "ten": "X", "so_lop": 1}]),
        _table(method="upsert", records=[{"ma": "TH001", "ten": "X", "so_lop": 1}]),
        _table(method="update", records=[{"ma": "TH001", "ten": "X"}]),
    ),
    "datastore_delete": (_table(filters={"ma": "TH001"}), _table()),
    "datastore_records_delete": (_table(filters={"ma": "TH001"}), _table(filters={})),
    "datastore_run_triggers": (_table(),),
    "xloader_submit": (_table(),),
    "xloader_hook": (
        lambda s: {"metadata": {"resource_id": s.resource}, "status": "complete"},
    ),
    "sonla_load_retry": (lambda s: {"resource_id": s.resource},),
    "sonla_intake_choose": (
        lambda s: {"resource_id": s.resource, "choice": {"columns": {"ten": None}}},
    ),
    "task_status_update": (_task,),
    "task_status_update_many": (lambda s: {"data": [_task(s)]},),
    "task_status_delete": (lambda s: {"id": s.task},),
    "harvest_source_job_history_clear": (lambda s: {"id": s.source},),
    "harvest_source_clear": (lambda s: {"id": s.source},),
    "harvest_source_index_clear": (lambda s: {"id": s.source},),
    "file_register": (lambda s: {"storage": s.storage, "location": s.unregistered},),
    "file_delete": (lambda s: {"id": s.file},),
    "file_rename": (lambda s: {"id": s.file, "name": "doi-ten.csv"},),
    "file_pin": (lambda s: {"id": s.file},),
    "file_unpin": (lambda s: {"id": s.file},),
    "file_ownership_transfer": (
        lambda s: {"id": s.file, "owner_type": "user", "owner_id": s.friend},
    ),
}

# Refused whatever they are called with, so there is no twin to succeed on.
NEVER: dict[str, Payload] = {
    "datastore_function_create": lambda s: {
        "name": f"f_{s.resource[:8]}",
        "or_replace": True,
        "rettype": "trigger",
        "definition": "BEGIN RETURN NEW; END;",
    },
    "datastore_function_delete": lambda s: {
        "name": f"f_{s.resource[:8]}",
        "if_exists": True,
    },
    # CKAN's own storage of a twin takes no file in this way.
    "file_create": lambda s: {
        "storage": s.storage,
        "name": "x.csv",
        "upload": _upload(),
    },
    # Calls itself a read, and puts another document in the dataset's place.
    "harvest_source_reindex": lambda s: {"id": s.dataset},
    # The seal can't tell a draft from a draft: nobody publishes around an approval.
    "bulk_update_public": _bulk,
}
