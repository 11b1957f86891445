"""When the virtual environment is left alone, renewed or made anew."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pip
import pytest

from deploy import stamps, venv
from deploy.layout import Layout


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A clone whose lock is of one line; nothing is fetched."""
    layout = Layout(tmp_path)
    (tmp_path / "requirements").mkdir()
    venv.lock_file(layout).write_text("uv==1 \\\n    --hash=sha256:0\n", encoding="utf-8")
    monkeypatch.setattr(venv, "_install", lambda layout: None)
    return layout


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lend new environments the pip that is here, which takes seconds to unpack."""
    real = venv.run

    def lent(command: Sequence[str | Path], **how: Any) -> None:
        if list(command[1:3]) != ["-m", "venv"]:
            return real(command, **how)
        real([*command[:3], "--without-pip", *command[3:]], **how)
        packages = next(Path(command[3]).glob("lib/python*/site-packages"))
        (packages / "pip").symlink_to(Path(pip.__file__).parent)
        return None

    monkeypatch.setattr(venv, "run", lent)


def test_an_environment_is_made_once_and_renewed_when_the_lock_changes(clone: Layout) -> None:
    assert venv.ensure(clone) is True
    assert venv.ensure(clone) is False
    mark = clone.venv / "mark"
    mark.touch()
    venv.lock_file(clone).write_text("uv==2 \\\n    --hash=sha256:0\n", encoding="utf-8")
    assert venv.ensure(clone) is True
    assert mark.exists()  # renewed in place
    assert venv.ensure(clone) is False


@pytest.mark.usefixtures("quick")
def test_an_environment_whose_making_was_interrupted_is_made_anew(clone: Layout) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone.venv], check=True)
    stamps.write(venv.stamp_file(clone), venv.wanted(clone))
    assert venv.ensure(clone) is True
    assert subprocess.run([clone.python, "-c", "import pip"], check=False).returncode == 0


@pytest.mark.usefixtures("quick")
def test_an_environment_whose_filling_was_interrupted_is_made_anew(
    clone: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(layout: Layout) -> None:
        (layout.venv / "half-a-package").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(venv, "_install", interrupted)
        venv.ensure(clone)
    assert venv.ensure(clone) is True
    assert not (clone.venv / "half-a-package").exists()


@pytest.mark.usefixtures("quick")
def test_an_environment_that_was_moved_is_made_anew(clone: Layout, tmp_path: Path) -> None:
    assert venv.ensure(clone) is True
    moved = Layout(tmp_path / "elsewhere")
    (moved.project / "requirements").mkdir(parents=True)
    venv.lock_file(moved).write_bytes(venv.lock_file(clone).read_bytes())
    clone.venv.rename(moved.venv)
    assert venv.ensure(moved) is True
    asked = [moved.python, "-c", "import sys; print(sys.prefix)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(moved.venv)
