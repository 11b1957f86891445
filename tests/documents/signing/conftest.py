"""A test authority of the tests' own: made once a process, copied for each test."""

import shutil
from pathlib import Path

import pytest

from municipality.conf import PROFILE
from municipality.documents.signing import authority
from municipality.documents.signing.folder import Folder
from tests.documents.signing.builders import MUNICIPALITY, a_folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_folder(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path, made_once: Path) -> Folder:
    """The folder of the stamp of this test; what it revokes is its own."""
    settings.GEO_SIGNING_DIR = tmp_path / "signing"
    settings.GEO_SIGNING_KEY, settings.GEO_TSA_URL = "file", ""
    shutil.copytree(made_once, settings.GEO_SIGNING_DIR)
    found = Folder(settings.GEO_SIGNING_DIR / PROFILE.code)
    assert authority.load(found, municipality=MUNICIPALITY)
    return found
