"""From a running database to a city that can be served: tables, demo data, static files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy import frontend, stamps, venv
from deploy.accounts import Words
from deploy.children import run
from deploy.layout import Layout, write_private
from deploy.report import step
from deploy.session import Session

DEMO, SERVE = "demo", "serve"
SIZES = {"PLOTS": "--plots", "OBSERVATIONS": "--observations"}
ROLES = "from municipality.people.roles import CODES; print(*CODES)"


def environment(session: Session, kind: str, defaults: Mapping[str, str]) -> dict[str, str]:
    """What every process of this city sees: the user's variables, ours, then the defaults."""
    env = {**defaults, **{name: value for name, value in os.environ.items() if value}}
    env |= session.environment
    env.setdefault("GEO_SECRET_KEY", secret_key(Path(__file__).resolve().parents[1]))
    if kind == DEMO:
        env |= {"GEO_DEMO": "1", "GEO_LIMITS": "off"}
    return env


def secret_key(project: Path) -> str:
    """The key that signs this clone's sessions, made once and readable by its owner only."""
    path = project / ".local" / "secret_key"
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8")


def signing_authority(layout: Layout, env: Mapping[str, str]) -> None:
    """Make the stamp's test authority, unless it is there for exactly this public address.

    Whoever names a folder of their own (``GEO_SIGNING_DIR``) keeps it themselves.
    """
    if env.get("GEO_SIGNING_DIR"):
        return
    folder = layout.local / "signing" / Path(env.get("GEO_CITY") or "muscat").stem
    known, url = folder / "public_url", env.get("GEO_PUBLIC_URL") or address(env)
    if known.is_file() and known.read_text(encoding="utf-8") == url.rstrip("/"):
        return
    with stamps.one_at_a_time(layout), step("authority of the stamp") as note:
        note(_last_line(_manage(layout, env, "make_signing_authority")))


def address(env: Mapping[str, str]) -> str:
    """Where the portal is, for who does not say it: as in the settings."""
    return f"http://localhost:{env.get('PORT') or '8000'}"


def build(layout: Layout, env: Mapping[str, str], kind: str, lent: Session) -> None:
    """Migrate as the owner, fill a demo city that is empty, collect changed static files."""
    with stamps.one_at_a_time(layout):
        with step("tables") as note:
            note("migrated" if _migrate(layout, env, lent) else "")
        if kind == SERVE:
            with step("facts of the city") as note:
                note(_last_line(_manage(layout, env, "load_city_facts")))
        if kind == DEMO:
            with step("demo city") as note:
                note("built" if _build_demo(layout, env, lent) else "kept as it is")
        with step("static files") as note:
            note("collected" if _collect(layout, env) else "")


def _migrate(layout: Layout, env: Mapping[str, str], lent: Session) -> bool:
    """Migrate, unless exactly these migrations were applied to exactly this database."""
    stamp = layout.stamps / "tables"
    if lent.cluster is not None and stamps.read(stamp) == _tables(layout, lent):
        return False
    _manage(layout, {**env, "GEO_DB_ROLE": "owner"}, "migrate", "--no-input")
    stamps.write(stamp, _tables(layout, lent))
    return True


def _tables(layout: Layout, lent: Session) -> str:
    """Hash of the database, of what was applied to it, and of all migrations there are."""
    migrations = [
        path for package in _packages(layout) for path in sorted(package.glob("**/migrations/*.py"))
    ]
    known: Words = [venv.lock_file(layout), *map(str, migrations), *migrations]
    return stamps.digest(lent.identity(), lent.applied(), *known)


def _packages(layout: Layout) -> list[Path]:
    """Our own Python packages."""
    return sorted(path.parent for path in layout.project.glob("[a-z]*/__init__.py"))


def _build_demo(layout: Layout, env: Mapping[str, str], lent: Session) -> bool:
    """Build the demo city, unless it was built in exactly this database before."""
    stamp = layout.stamps / "demo"
    if lent.cluster is not None and stamps.read(stamp) == lent.identity():
        return False
    said = _manage(layout, env, "build_demo_city", *demo_arguments(env))
    stamps.write(stamp, lent.identity())
    return bool(said.strip())


def demo_arguments(env: Mapping[str, str]) -> list[str]:
    """Arguments of build_demo_city: only an empty city is filled, sizes as the user wants them."""
    sizes = [word for name, flag in SIZES.items() if env.get(name) for word in (flag, env[name])]
    return ["--if-empty", *sizes]


def _manage(layout: Layout, env: Mapping[str, str], *arguments: str) -> str:
    command: Words = [layout.python, "manage.py", *arguments]
    return run(command, cwd=layout.project, env=env, name=f"manage.py {arguments[0]}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


def _collect(layout: Layout, env: Mapping[str, str]) -> bool:
    """Collect static files when any source of them changed."""
    goal = stamps.digest(venv.wanted(layout), *_static_sources(layout))
    stamp = layout.stamps / "static"
    if stamps.read(stamp) == goal:
        return False
    stamp.unlink(missing_ok=True)
    _manage(layout, env, "collectstatic", "--no-input")
    stamps.write(stamp, goal)
    return True


def _static_sources(layout: Layout) -> list[str | Path]:
    """Names and contents of all that may change the collected files."""
    front = frontend.folder(layout)
    own = [found for package in _packages(layout) for found in sorted(package.glob("**/static"))]
    settings = sorted((layout.project / "geo_portal" / "settings").glob("*.py"))
    return [*map(stamps.digest_tree, [front / "dist", *own]), *settings]


def role_codes(layout: Layout) -> list[str]:
    """Codes of all roles, which are the demo sign-ins."""
    return run([layout.python, "-c", ROLES], cwd=layout.project, name="roles").split()
