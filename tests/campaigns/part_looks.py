"""Every page in all eight looks: language, size and theme, where `make test` takes two of them."""

import os
import re
import subprocess
import sys

from tests.bench.servers import ROOT

FILES = (
    "tests/browser/test_audit_page.py",  # the short run of CI: few pages
    "tests/browser/test_shell.py",
    "tests/browser/test_people_pages.py",
    "tests/browser/test_behalf_pages.py",
    "tests/browser/test_office_pages.py",
    "tests/browser/test_occupancy_page.py",
    "tests/browser/test_parking_pages.py",
    "tests/browser/test_parking_rules.py",
    "tests/browser/test_parking_permit_pages.py",
    "tests/browser/test_register_page.py",
    "tests/browser/test_registration_page.py",
    "tests/browser/test_report_page.py",
    "tests/browser/test_rule_change_pages.py",
    "tests/browser/test_verify_by_file.py",
    "tests/browser/test_works_pages.py",
    "tests/browser/test_zone_editor_page.py",
)
TRIALS = {"small": 1, "full": len(FILES)}


def trial(seed: int, number: int) -> dict[str, int]:
    """Run the browser tests of one file in all looks; the seed changes nothing."""
    env = {
        **os.environ,
        "GEO_BROWSER_MATRIX": "full",
        "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test",
        "GEO_TEST_DB": "test_geo_looks",
        "GEO_LIMITS": "off",
    }
    command = [sys.executable, "-m", "pytest", FILES[number], "--create-db", "--color=no"]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-3_000:] + ended.stderr[-1_000:]
    passed = re.search(r"(\d+) passed", ended.stdout)
    return {"tests in eight looks": int(passed[1]) if passed else ended.stdout.count(".")}
