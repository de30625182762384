"""Measures the embedded search on synthetic datasets; run by hand.

    python -m deploy.testing with python deploy/search_speed.py 10000

The documents carry a `site_id` of their own and are removed at the end.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from typing import Any

from ckan.cli import load_config
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.lib.search import make_connection

SITE = "search-speed"
TEXT = (
    "đất rừng lúa ngô chè mận thủy sản xây dựng giáo dục y tế giấy phép hộ nghèo "
    "diện tích sản lượng nông nghiệp công nghiệp du lịch giao thông dân số xã phường "
    "năm quý tháng danh sách thống kê báo cáo quy hoạch môi trường lao động việc làm"
)
SYLLABLES = TEXT.split()
FACETS = ["organization", "groups", "tags", "res_format", "license_id"]
PAGE = {
    "fq": [
        "+capacity:public +state:active",
        f'+site_id:"{SITE}"',
        '+permission_labels:("public" OR "member-x")',
    ],
    "q.op": "AND",
    "df": "text",
    "facet": "true",
    "facet.field": FACETS,
    "facet.limit": 50,
    "rows": 21,
    "sort": "score desc, metadata_modified desc",
    "fl": "id validated_data_dict",
}
DISMAX = {"defType": "dismax", "mm": "2<-1 5<80%"}
QUERIES: dict[str, dict[str, Any]] = {
    "everything": {"q": "*:*"},
    "one word": {"q": "thuy", **DISMAX},
    "two words": {"q": "giáo dục", **DISMAX},
    "five words": {"q": "thống kê diện tích rừng", **DISMAX},
    "a phrase": {"q": '"nông nghiệp"', **DISMAX},
    "one agency": {"q": 'organization:"so-7"'},
    "one tag": {"q": 'tags:"nhãn 33"'},
    "last month": {"q": "metadata_modified:[NOW-1MONTH TO *]"},
    "autocompletion": {"q": "title_ngram:thuy", "facet": "false", "rows": 10},
}


def text(words: int) -> str:
    """Make up a text."""
    common = random.choices(SYLLABLES, k=words // 2)  # noqa: S311 - no secret
    rare = [f"từ{random.randint(1, 5000)}" for _ in range(words - len(common))]  # noqa: S311 - no secret
    return " ".join(common + rare)


def made_up(number: int) -> dict[str, Any]:
    """Make up a dataset as CKAN sends it."""
    pick = random.Random(number)  # noqa: S311 - no secret
    day = (
        f"{pick.randint(2020, 2026)}-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}"
    )
    return {
        "index_id": f"{SITE}-{number}",
        "id": f"id-{number}",
        "site_id": SITE,
        "name": f"bo-du-lieu-{number}",
        "title": (title := text(8).capitalize()),
        "title_string": title,
        "notes": text(80),
        "state": "active",
        "entity_type": "package",
        "dataset_type": "dataset",
        "capacity": "public" if number % 10 else "private",
        "permission_labels": ["public" if number % 10 else f"member-{number % 90}"],
        "organization": f"so-{pick.randint(1, 90)}",
        "groups": [f"linh-vuc-{pick.randint(1, 20)}"],
        "tags": [f"nhãn {pick.randint(1, 400)}" for _ in range(4)],
        "res_format": pick.sample(["CSV", "XLSX", "PDF", "JSON"], 2),
        "res_name": [text(5), text(5)],
        "license_id": pick.choice(["cc-by", "odc-by"]),
        "metadata_created": f"{day}T00:00:00Z",
        "metadata_modified": f"{day}T00:00:00Z",
        "validated_data_dict": '{"title": "' + "x" * 4000 + '"}',
    }


def measure(query: dict[str, Any]) -> tuple[int, float]:
    """Ask nine times; answer the number of hits and the median in milliseconds."""
    connection = make_connection()
    times = []
    hits = 0
    for _ in range(9):
        start = time.perf_counter()
        hits = connection.search(**{**PAGE, **query}).hits
        times.append((time.perf_counter() - start) * 1000)
    return hits, statistics.median(times)


def main() -> None:
    """Index, measure, print a table, clean up."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    make_app(load_config(os.environ["CKAN_INI"]))
    _run_migrations("sonla_search")
    connection = make_connection()
    start = time.perf_counter()
    try:
        for first in range(0, number, 500):
            last = min(first + 500, number)
            connection.add([made_up(at) for at in range(first, last)], commit=True)
        each = (time.perf_counter() - start) / number * 1000
        rows = [f"| indexing one | – | {each:.1f} |"]
        for name, query in QUERIES.items():
            hits, median = measure(query)
            rows.append(f"| {name} | {hits} | {median:.1f} |")
    finally:
        connection.delete(q=f'+site_id:"{SITE}"', commit=True)
    sys.stdout.write("| Query | Hits | Median, ms |\n|---|---|---|\n")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
