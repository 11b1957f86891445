"""Where the tests of documents keep files."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"
