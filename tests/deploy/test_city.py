"""What is done again and what is not when a city is served a second time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import city, server, session
from deploy.cluster import OWNER
from deploy.layout import Layout
from deploy.session import Session
from tests.deploy.test_private_cluster import ask

NAME = "geo_muscat_demo"


@pytest.fixture
def lent(clone: Layout) -> Iterator[Session]:
    """A database of a clone with one migration."""
    folder = clone.project / "plots" / "migrations"
    folder.mkdir(parents=True)
    (clone.project / "requirements").mkdir()
    for path in (folder.parent / "__init__.py", clone.project / "requirements" / "test.txt"):
        path.touch()
    (folder / "0001_plot.py").write_text("one", encoding="utf-8")
    with session.database(clone, name=NAME) as found:
        yield found


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, lent: Session) -> list[str]:
    """Commands that were called; migrate notes what it applied, as Django does."""
    calls: list[str] = []
    assert lent.cluster is not None
    url = lent.cluster.url(OWNER, NAME)

    def manage(layout: Layout, env: dict[str, str], *arguments: str) -> str:
        calls.append(arguments[0])
        if arguments[0] == "migrate":
            ask(
                url, "CREATE TABLE IF NOT EXISTS django_migrations (id serial, app text, name text)"
            )
            ask(url, "INSERT INTO django_migrations (app, name) VALUES ('plots', '0001_plot')")
        return "done"

    monkeypatch.setattr(city, "_manage", manage)
    return calls


def test_migrations_run_again_only_when_they_or_the_database_changed(
    clone: Layout, lent: Session, called: list[str]
) -> None:
    assert city._migrate(clone, {}, lent) is True
    assert city._migrate(clone, {}, lent) is False
    (clone.project / "plots" / "migrations" / "0002_area.py").write_text("two", encoding="utf-8")
    assert city._migrate(clone, {}, lent) is True
    assert city._migrate(clone, {}, lent) is False
    assert lent.cluster is not None
    ask(lent.cluster.url(OWNER, NAME), "DELETE FROM django_migrations")  # migrated back by hand
    assert city._migrate(clone, {}, lent) is True
    assert called == ["migrate"] * 3


def test_a_demo_city_is_built_once_in_a_database_and_again_in_a_new_one(
    clone: Layout, lent: Session, called: list[str]
) -> None:
    assert city._build_demo(clone, {}, lent) is True
    assert city._build_demo(clone, {}, lent) is False
    assert lent.cluster is not None
    server.administer(lent.cluster, f"DROP DATABASE {NAME}")
    server.ensure_database(lent.cluster, NAME)
    assert city._build_demo(clone, {}, lent) is True
    assert called == ["build_demo_city"] * 2


def test_a_server_of_the_users_own_is_asked_every_time(
    clone: Layout, lent: Session, called: list[str]
) -> None:
    own = Session({}, None)
    for _ in range(2):
        assert city._migrate(clone, {}, own) is True
        assert city._build_demo(clone, {}, own) is True
    assert called == ["migrate", "build_demo_city"] * 2


def test_sizes_are_handed_on_only_where_the_user_gave_them() -> None:
    assert city.demo_arguments({}) == ["--if-empty"]
    wanted = ["--if-empty", "--plots", "10", "--observations", "20"]
    assert city.demo_arguments({"PLOTS": "10", "OBSERVATIONS": "20"}) == wanted


def test_a_demo_lifts_the_limits_and_says_so_and_an_empty_city_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEO_CITY", "praha")
    monkeypatch.setenv("GEO_WEB_THREADS", "")  # empty is as if it were not set
    for name in ("GEO_DEMO", "GEO_LIMITS"):
        monkeypatch.delenv(name, raising=False)
    defaults = {"GEO_CITY": "muscat", "GEO_WEB_THREADS": "4"}
    lent = Session({"DATABASE_URL": "postgres://x"}, None)
    demo = city.environment(lent, city.DEMO, defaults)
    assert (demo["GEO_CITY"], demo["GEO_WEB_THREADS"]) == ("praha", "4")
    assert (demo["GEO_DEMO"], demo["GEO_LIMITS"]) == ("1", "off")
    assert demo["DATABASE_URL"] == "postgres://x"
    serve = city.environment(lent, city.SERVE, defaults)
    assert "GEO_DEMO" not in serve
    assert "GEO_LIMITS" not in serve


def test_static_files_are_collected_when_a_source_changed(
    clone: Layout, lent: Session, called: list[str]
) -> None:
    source = clone.project / "plots" / "static" / "plots" / "a.css"
    source.parent.mkdir(parents=True)
    source.write_text("a", encoding="utf-8")
    stranger = clone.project / ".venv" / "static" / "x"
    assert city._collect(clone, {}) is True
    stranger.parent.mkdir(parents=True)
    Path(stranger).touch()
    assert city._collect(clone, {}) is False
    source.write_text("b", encoding="utf-8")
    assert city._collect(clone, {}) is True


def test_the_authority_of_the_stamp_is_made_once_for_an_address(
    clone: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    known = clone.local / "signing" / "muscat" / "public_url"

    def manage(layout: Layout, env: dict[str, str], *arguments: str) -> str:
        calls.append(arguments[0])
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(env.get("GEO_PUBLIC_URL", "http://localhost:8000"), encoding="utf-8")
        return "made"

    monkeypatch.setattr(city, "_manage", manage)
    for env in (
        {}, {}, {"PORT": "8000"}, {"GEO_PUBLIC_URL": "https://maps.example.om"},
        {"GEO_PUBLIC_URL": "https://maps.example.om"}, {"GEO_SIGNING_DIR": "/elsewhere"},
    ):  # fmt: skip
        city.signing_authority(clone, env)
    assert calls == ["make_signing_authority"] * 2
