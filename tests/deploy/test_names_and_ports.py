"""Names made from paths and profiles, addresses, ports: the pure parts."""

import socket
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from deploy import initdb, processes, report, serve, stamps, up
from deploy.cluster import APPLICATION, Cluster
from deploy.layout import Layout, read_json, write_json
from deploy.report import SetupError
from deploy.session import database_name


@pytest.mark.parametrize(
    ("city", "kind", "name"),
    [
        ("muscat", "demo", "geo_muscat_demo"),
        ("muscat", "serve", "geo_muscat_serve"),
        ("/etc/cities/Praha 7.toml", "serve", "geo_praha_7_serve"),
        ("tests/profiles/los-angeles.toml", "demo", "geo_los_angeles_demo"),
        ("مسقط", "demo", "geo_city_demo"),
        ("x'; DROP", "demo", "geo_x_drop_demo"),
    ],
)
def test_a_city_and_a_kind_name_a_database(city: str, kind: str, name: str) -> None:
    assert database_name(city, kind) == name


def test_two_clones_never_share_a_socket_folder() -> None:
    first, second = Layout(Path("/srv/a")), Layout(Path("/srv/b"))
    assert first.socket_dir != second.socket_dir
    assert first.socket_dir == Layout(Path("/srv/a")).socket_dir


def test_the_address_carries_the_socket_and_the_password() -> None:
    cluster = Cluster(Path("/d"), Path("/tmp/gp-1"), 5432, "me", "o-w_n", "a-p_p", "geo_x_demo")
    parts = urlsplit(cluster.url(APPLICATION, "geo_x_demo"))
    assert (parts.username, parts.password, parts.path) == ("geo_app", "a-p_p", "/geo_x_demo")
    assert dict(parse_qsl(parts.query)) == {"host": "/tmp/gp-1", "port": "5432"}


@pytest.mark.parametrize(("memory_mb", "buffers_mb"), [(256, 64), (1024, 128), (24_000, 256)])
def test_buffers_follow_the_memory_within_bounds(memory_mb: int, buffers_mb: int) -> None:
    assert initdb.shared_buffers_mb(memory_mb) == buffers_mb


def test_a_taken_port_moves_on_unless_it_was_asked_for() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.choose_port("127.0.0.1", str(port), explicit=False) > port
        with pytest.raises(SetupError, match=f"Port {port} is taken"):
            serve.choose_port("127.0.0.1", str(port), explicit=True)


def test_ports_of_one_city_are_all_different_even_where_the_wanted_ones_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for process in processes.load().of("demo"):
        for name in process.ports:
            monkeypatch.delenv(name, raising=False)  # what is set is insisted on
    env = {**processes.load().defaults}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1]
        env |= {"SMSC_PORT": str(first), "SMSC_CONTROL_PORT": str(first)}
        chosen = serve.choose_ports(processes.load().of("demo"), env)
    assert {"PORT", "SMSC_PORT", "SMSC_CONTROL_PORT"} <= set(chosen)
    assert len(set(chosen.values())) == len(chosen) and str(first) not in chosen.values()


def test_outside_parties_are_played_in_a_demo_only() -> None:
    plan = processes.load()
    assert "smsc_simulator" in {process.name for process in plan.of("demo")}
    assert "smsc_simulator" not in {process.name for process in plan.of("serve")}
    env = {**plan.defaults, "SMSC_PORT": "4000", "SMSC_CONTROL_PORT": "4001"}
    assert plan.demo_values(env)["GEO_SMPP_URL"] == "smpp://demo:demo@127.0.0.1:4000"
    assert "GEO_SMPP_URL" not in plan.demo_values({**env, "GEO_SMPP_URL": "smpp://own"})


@pytest.mark.parametrize("wanted", ["", "0", "65536", "eighty", "٨٠٠٠", "-1", "80.0"])
def test_what_is_no_port_is_refused_in_one_sentence(wanted: str) -> None:
    with pytest.raises(SetupError, match="is not a port"):
        serve.choose_port("127.0.0.1", wanted, explicit=True)


def test_a_private_file_is_replaced_whole_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    write_json(path, {"n": 1})
    write_json(path, {"n": 2})
    assert read_json(path) == {"n": 2}
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert read_json(tmp_path / "none.json") == {}


def test_a_tree_has_another_digest_when_any_file_changes_or_moves(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.ts").write_text("1", encoding="utf-8")
    first = stamps.digest_tree(tmp_path, without=("dist",))
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "a.js").write_text("1", encoding="utf-8")
    assert stamps.digest_tree(tmp_path, without=("dist",)) == first
    (tmp_path / "src" / "a.ts").rename(tmp_path / "src" / "b.ts")
    assert stamps.digest_tree(tmp_path, without=("dist",)) != first


def test_the_ready_block_says_both_languages_and_the_sign_ins() -> None:
    env = {"GEO_HOST": "0.0.0.0", "PORT": "8123"}
    block = "\n".join(up.announcement("demo", env, ["citizen", "admin"], seconds=3.21))
    for expected in ("http://127.0.0.1:8123/", "http://127.0.0.1:8123/en/", "citizen  admin"):
        assert expected in block
    assert "password" not in "\n".join(up.announcement("serve", env, [], seconds=1))


def test_a_step_tells_its_seconds_and_its_notes(capsys: pytest.CaptureFixture[str]) -> None:
    with report.step("tables") as note:
        note("one")
        note("two")
    line = capsys.readouterr().out
    assert line.startswith("  tables ")
    assert line.rstrip().endswith("s  one; two")


def test_a_failed_step_prints_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SetupError), report.step("tables"):
        raise SetupError("no")
    assert capsys.readouterr().out == ""
