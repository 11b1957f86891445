"""tipg, unchanged but for its address: its settings take no unix socket, its driver does."""

import os
from typing import Any

import asyncpg
from tipg import database

_pool = asyncpg.create_pool_b if hasattr(asyncpg, "create_pool_b") else asyncpg.create_pool


def _by_socket(dsn: str, *args: Any, **kwargs: Any) -> Any:
    return _pool(os.environ["BENCH_DSN"], *args, **kwargs)


database.asyncpg.create_pool_b = _by_socket
database.asyncpg.create_pool = _by_socket

from tipg.main import app  # noqa: E402

application = app
