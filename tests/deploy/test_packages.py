"""What the system lacks: seen, said, installed, and nothing else touched."""

from pathlib import Path

import pytest

from deploy import packages
from deploy.packages import Need
from deploy.report import SetupError

LACKING = Need("A thing", "for the test", ("package-of-the-test",), lambda: False)
PRESENT = Need("Another", "for the test", ("other-package",), lambda: True)


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("Need to get 7,359 kB of archives.", 7_359_000),
        ("Need to get 1,024 kB/93.7 MB of archives.", 1_024_000),
        ("Need to get 0 B/93.7 MB of archives.", 0),
        ("Need to get 1.2 GB of archives.", 1_200_000_000),
        ("0 upgraded, 0 newly installed", 0),
    ],
)
def test_the_bytes_that_apt_fetches_are_read_from_what_it_says(said: str, size: int) -> None:
    assert packages.fetched_bytes(said) == size


def test_nothing_is_called_when_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_apt", lambda *_, **__: pytest.fail("apt was called"))
    assert packages.ensure([PRESENT]) == 0


def test_without_root_and_sudo_one_sentence_names_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    programs = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(packages.shutil, "which", programs.get)
    with pytest.raises(SetupError, match=r"apt-get install package-of-the-test$"):
        packages.ensure([LACKING, PRESENT])
    assert "A thing (for the test)" in capsys.readouterr().out


def test_a_system_without_apt_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    with pytest.raises(SetupError, match="no apt-get; install the equivalent of: package-of"):
        packages.ensure([LACKING])


def test_no_service_starts_while_packages_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "POLICY", policy)
    with pytest.raises(SetupError), packages._no_services():
        assert policy.read_text(encoding="utf-8").endswith("exit 101\n")
        assert policy.stat().st_mode & 0o111
        raise SetupError("stop here")
    assert not policy.exists()


def test_a_policy_of_the_machines_own_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs", encoding="utf-8")
    monkeypatch.setattr(packages, "POLICY", policy)
    with packages._no_services():
        assert policy.read_text(encoding="utf-8") == "theirs"
    assert policy.read_text(encoding="utf-8") == "theirs"


def test_the_servers_own_cluster_is_off_for_the_install_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "createcluster.conf"
    settings.write_text("# theirs\n#create_main_cluster = true\n", encoding="utf-8")
    monkeypatch.setattr(packages, "CREATE_CLUSTER", settings)
    with packages._no_new_cluster():
        assert "\ncreate_main_cluster = false\n" in settings.read_text(encoding="utf-8")
    assert settings.read_text(encoding="utf-8") == "# theirs\n#create_main_cluster = true\n"


def test_sudo_installs_only_what_the_portal_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert packages.main(["something-else"]) == 2
    assert packages.main([]) == 2
    assert "usage" in capsys.readouterr().out


def test_this_machine_has_all_that_is_needed() -> None:
    assert packages.missing() == []
