"""Reads the environment, typed; nothing else in the project looks at ``os.environ``."""

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

_ORIGIN = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?"
)
BASE_DIR = Path(__file__).resolve().parents[2]


def text(name: str, default: str = "") -> str:
    """Return a variable, or the default where it is not set or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable: 1, true, yes, on."""
    value = os.environ.get(name, "")
    return value.lower() in {"1", "true", "yes", "on"} if value else default


def origins(*addresses: str) -> list[str]:
    """Return scheme, host and port of each address of another host, once, for the CSP.

    Addresses without a host (``/static/style.json``) are our own and add nothing.  Raises
    ValueError for what is neither a path nor http(s), and for what would widen the policy.
    """
    found: list[str] = []
    for address in filter(None, (address.strip() for address in addresses)):
        parts = urlsplit(address)
        if not parts.scheme and not parts.netloc and address.startswith("/"):
            continue
        origin = f"{parts.scheme}://{parts.netloc}"
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"not an address of the web or a path of ours: {address}")
        if origin not in found:
            found.append(origin)
    return found


def _cluster() -> dict[str, str]:
    """Find the running private cluster, which the set-up writes down."""
    path = BASE_DIR / ".local" / "cluster.json"
    if not path.is_file():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def database_url() -> str:
    """The application's role, or the owner's where ``GEO_DB_ROLE=owner`` (migrations, tests)."""
    own = "DATABASE_OWNER_URL" if text("GEO_DB_ROLE") == "owner" else "DATABASE_URL"
    return text(own) or text("DATABASE_URL") or _cluster().get(own.lower(), "")


def database(url: str) -> dict[str, object]:
    """Turn ``postgres://user:password@host:port/name?host=/socket&port=n`` into Django's form."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": text("GEO_DB_NAME") or unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,  # a session that the server cut off is renewed, not an error
        "OPTIONS": {
            "options": f"-c lock_timeout=10000 -c jit=off -c geo.reach={text('GEO_REACH', 'none')}",
            "keepalives": 1,
            "keepalives_idle": 30,
        },
    }


def wheel_library(package: str, pattern: str, variable: str) -> str | None:
    """Find a C library: the environment, then inside the wheel, then (None) the system's."""
    if text(variable):
        return text(variable)
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    for folder in (root.parent / f"{package}.libs", root / ".dylibs"):
        if found := sorted(folder.glob(pattern)):
            return str(found[0])
    return None
