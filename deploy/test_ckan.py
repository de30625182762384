"""Runs CKAN's own tests against the embedded search: `make test-ckan`.

Only the search plugin is enabled, because the other features change CKAN's rules on
purpose. The table of results goes to the screen and into docs/search.md; a failure
that no reason in `REASONS` explains is a defect of the index, and ends in failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import ckan.tests

ROOT = Path(__file__).parent.parent
TESTS = Path(ckan.tests.__file__).parent
PAGE = ROOT / "docs" / "search.md"
BEGIN, END = "<!-- test-ckan: begin -->", "<!-- test-ckan: end -->"

SUITES = (
    "lib/search",
    "logic/action/test_get.py",
    "controllers/test_package.py",
    "controllers/test_group.py",
    "controllers/test_organization.py",
)

_RANDOM = (
    "fails now and then, when the random notes that CKAN's factory makes up have the "
    "word `one` in them"
)
# Why a test of CKAN fails here that would fail with a Solr too.
REASONS = {
    "test_check_invalid_schema": "reads tests/lib/search/data, which CKAN's package "
    "leaves out",
    "test_check_schema_with_wrong_version": "reads tests/lib/search/data, which CKAN's "
    "package leaves out",
    "test_resource_download_content_type": "downloads a file, and searches nothing: "
    "the storage answers `text/csv` without a charset",
    "test_group_search_within_org_results": _RANDOM,
    "test_organization_search_within_org_results": _RANDOM,
}

# CKAN's test-core.ini isn't in its package; these are its settings that tests rely on.
SETTINGS = """\
[app:main]
use = config:{ini}
ckan.plugins = sonla_search
solr_url = postgresql:
ckan.site_id = test.ckan.net
ckan.site_title = CKAN
ckan.site_url = http://test.ckan.net
ckan.auth.user_create_organizations = true
ckan.auth.user_create_groups = true
ckan.auth.user_delete_organizations = true
ckan.auth.user_delete_groups = true
ckan.auth.create_user_via_api = false
ckan.auth.create_user_via_web = true
ckan.auth.create_dataset_if_not_in_organization = true
ckan.auth.create_unowned_dataset = true
ckan.auth.anon_create_dataset = false
ckan.datasets_per_page = 20
ckan.extra_resource_fields = alt_url
ckan.template_head_end = <link rel="stylesheet" href="TEST_TEMPLATE_HEAD_END.css">
ckan.template_footer_end = <strong>TEST TEMPLATE_FOOTER_END TEST</strong>
ckan.locale_default = en
ckan.locale_order = en pt_BR ja it cs_CZ ca es fr el sv sr sr@latin no sk fi ru de pl
 nl bg ko_KR hu sa sl lv
ckan.locales_filtered_out =
package_new_return_url = http://localhost/dataset/<NAME>?test=new
package_edit_return_url = http://localhost/dataset/<NAME>?test=edit
smtp.mail_from = info@test.ckan.net
"""


@dataclass
class Outcome:
    """What one suite came to: counts, and each failed test with its reason."""

    suite: str
    passed: int
    skipped: int
    failed: list[tuple[str, str]]

    @property
    def defects(self) -> int:
        """Count the failures that nothing explains."""
        return sum(not reason for _, reason in self.failed)

    def row(self) -> str:
        """Write the suite's line of the table."""
        reasons = "; ".join(
            f"`{name}`: {reason or '**a defect**'}" for name, reason in self.failed
        )
        return (
            f"| `ckan/tests/{self.suite}` | {self.passed} | {len(self.failed)} "
            f"| {self.skipped} | {reasons or '–'} |"
        )


def settings(ini: Path) -> Path:
    """Write CKAN's test settings on top of a test bed's; answer the file."""
    path = ini.with_name("test-ckan.ini")
    path.write_text(SETTINGS.format(ini=ini), encoding="utf-8")
    path.chmod(0o600)
    return path


def make_tables(ini: Path) -> None:
    """Make CKAN's tables and the index's, and nothing of the other features."""
    program = Path(sys.executable).with_name("ckan")
    for command in (("db", "init"), ("db", "upgrade", "-p", "sonla_search")):
        subprocess.run([program, "-c", ini, *command], check=True, capture_output=True)


def run(suite: str, ini: Path) -> Outcome:
    """Run one suite of the installed CKAN."""
    report = ini.with_name("test-ckan.xml")
    report.unlink(missing_ok=True)
    # Neither this project's settings of pytest nor its fixtures.
    bare = ini.with_name("pytest.ini")
    bare.write_text("[pytest]\n", encoding="utf-8")
    command: list[str | Path] = [
        sys.executable, "-m", "pytest", "-q", "-c", bare, "--rootdir", TESTS,
        "-p", "deploy.testing.ckan_suite", "-p", "no:cacheprovider", "--tb=short",
        f"--ckan-ini={ini}", f"--junitxml={report}", TESTS / suite,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=False)
    if not report.exists():
        sys.exit(f"pytest ended without a report for {suite}")
    return read(suite, report)


def read(suite: str, report: Path) -> Outcome:
    """Read pytest's report."""
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - our own file
    failed = [
        case.get("name", "")
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Outcome(
        suite=suite,
        passed=len(cases) - skipped - len(failed),
        skipped=skipped,
        failed=[(name, REASONS.get(name.partition("[")[0], "")) for name in failed],
    )


def table(outcomes: list[Outcome]) -> str:
    """Write the results as a table of Markdown."""
    head = "| Suite | Passed | Failed | Skipped | Reason |\n|---|---|---|---|---|\n"
    return head + "\n".join(outcome.row() for outcome in outcomes)


def publish(text: str) -> None:
    """Put the table between its marks in docs/search.md."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Run every suite, or those named; the table is written after a whole run only."""
    chosen = tuple(sys.argv[1:]) or SUITES
    ini = settings(Path(os.environ["CKAN_INI"]))
    make_tables(ini)
    outcomes = [run(suite, ini) for suite in chosen]
    text = table(outcomes)
    sys.stdout.write(f"\n{text}\n")
    if chosen == SUITES:
        publish(text)
    return 1 if any(outcome.defects for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
