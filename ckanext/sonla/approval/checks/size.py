"""Files so big that many readers will not open them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ckanext.sonla.shared import policy
from ckanext.sonla.shared.checks import INFORMS, Check, Rule, register_check
from ckanext.sonla.shared.msgid import N_

from . import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding

MEGABYTE = 1 << 20


@register_check
class FileSize(Check):
    """A file over the policy's size is remarked."""

    name = "approval.size"
    title = N_("Size of the files")
    rules: ClassVar[dict[str, Rule]] = {
        "file.large": Rule(
            INFORMS,
            N_(
                "“{file}” has {megabytes} MB; many readers can't open files over "
                "{limit} MB. Think of parts, by year or district."
            ),
        )
    }

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        limit = policy.number("large_file_megabytes")
        for resource in package.get("resources") or []:
            size = int(resource.get("size") or 0)
            if size > limit * MEGABYTE:
                yield self.found(
                    "file.large",
                    resource_id=resource["id"],
                    file=reading.label(resource),
                    megabytes=size // MEGABYTE,
                    limit=limit,
                )
