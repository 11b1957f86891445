"""A test authority of the tests' own: made once a process, copied for each test."""

import shutil
from pathlib import Path

import pytest
from django.test import override_settings

from municipality.conf import PROFILE
from municipality.documents.signing.folder import Folder
from municipality.documents.signing.values import SignedPdf
from tests.documents.signing.builders import a_folder, a_sheet, stamp_it


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_folder(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def once(made_once: Path) -> SignedPdf:
    """One stamped file for all tests that only ask what becomes of it."""
    with override_settings(GEO_SIGNING_DIR=made_once, GEO_SIGNING_KEY="file", GEO_TSA_URL=""):
        return stamp_it(a_sheet())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path, made_once: Path) -> Folder:
    """The folder of the stamp of this test; what it revokes is its own."""
    settings.GEO_SIGNING_DIR = tmp_path / "signing"
    settings.GEO_SIGNING_KEY, settings.GEO_TSA_URL = "file", ""
    shutil.copytree(made_once, settings.GEO_SIGNING_DIR)
    return Folder(settings.GEO_SIGNING_DIR / PROFILE.code)
