"""Kills of a whole city: a granian process, the web, the worker, both, a backend of PostgreSQL.

Two of three trials sweep the durable calls of a payment (its start, the bank's messages, the
job that issues the paper): the process that makes the call dies there.  The third kills from
outside at a random moment.  The last trials sweep the request of the extract.  The city has a
PostgreSQL cluster of its own, because kill -9 of one backend cuts off every session of a server.
"""

import atexit
import fcntl
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from deploy import initdb, server
from deploy.cluster import APPLICATION, OWNER, Cluster
from deploy.layout import Layout
from geo_portal.settings.environment import database
from tests.bench.servers import ROOT
from tests.campaigns.aside import aside
from tests.campaigns.journal import FOLDER
from tests.killing import city as cities
from tests.killing.trial import RANDOM_WITHIN_S, VICTIMS, Kill, Run, pay

ASKED, PAID = {"ask": 40}, {"start": 23, "webhook": 46, "job": 38}
CALLS = ASKED | PAID  # durable calls of one request and its payment; trial 0 counts them
# A thread's first session asks a little more, and the bank's messages may come to two such threads.
MORE = 16
PAYING = 261  # trials that kill a payment; those behind them kill the request, call by call
TRIALS = {"small": 8, "full": PAYING + ASKED["ask"]}
SYSTEMATIC = 2  # of three trials; the third is random
SWEEP = [(step, call) for step, most in PAID.items() for call in range(1, most + 1)]
STRIDE = 41  # no divisor of the sweep's length: neighbouring trials kill far apart
READY, MADE = "geo_city_kills", "geo_city_kills_run"
_held: dict[str, Any] = {}


@contextmanager
def _cluster() -> Iterator[Cluster]:
    """A cluster of the campaign's own, kept between runs and stopped after each; one run at a time."""
    home = FOLDER / "city"
    home.mkdir(parents=True, exist_ok=True)
    turn = (home / "turn").open("w")
    fcntl.flock(turn, fcntl.LOCK_EX)
    made = initdb.ensure(Layout(project=home), READY)
    server.start(made)
    try:
        server.ensure_database(made, READY)
        env = {"PATH": "/usr/bin:/bin", **made.environment(), "GEO_DB_ROLE": "owner"}
        migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(migrate, cwd=ROOT, env=env, check=True)
        server.administer(made, f'DROP DATABASE IF EXISTS "{MADE}" WITH (FORCE)')
        server.administer(made, f'CREATE DATABASE "{MADE}" TEMPLATE "{READY}" OWNER geo_owner')
        server.administer(made, "CHECKPOINT")  # else the first crash waits for all of it to sync
        yield made
    finally:
        server.stop(made)
        turn.close()


def _connect(made: Cluster) -> None:
    """Let this thread's connection lead to the city's database, as its owner."""
    connection.close()
    at = database(made.url(OWNER, MADE))
    connection.settings_dict = {**connection.settings_dict, **at, "NAME": MADE}


def _city() -> cities.City:
    """Start the city of this run, once."""
    if "city" not in _held:
        from tests.cases.builders import a_town

        stack = ExitStack()
        atexit.register(stack.close)
        _held["cluster"] = stack.enter_context(_cluster())
        _connect(_held["cluster"])
        a_town()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gp-kills-")))
        url = _held["cluster"].url(APPLICATION, MADE)
        _held["city"] = stack.enter_context(cities.running(folder, url=url, own_cluster=True))
    _connect(_held["cluster"])
    return _held["city"]


def plan(seed: int, number: int) -> Kill:
    """What a trial kills; the first kills nothing and counts the calls."""
    if number == 0:
        return Kill(step="nothing")
    if number >= PAYING:
        return Kill(step="ask", at_call=1 + number - PAYING)
    if number % 3 < SYSTEMATIC:
        turn = number // 3 * SYSTEMATIC + number % 3
        step, at_call = SWEEP[(turn * STRIDE + seed) % len(SWEEP)]
        return Kill(step=step, at_call=at_call)
    rng = random.Random(f"city kills {seed} {number}")
    victim = VICTIMS[number // 3 % len(VICTIMS)]
    return Kill(victim=victim, after_s=rng.uniform(0, RANDOM_WITHIN_S))


def _trial(seed: int, number: int) -> dict[str, int]:
    kill = plan(seed, number)
    run: Run = pay(_city(), kill, random.Random(f"{seed} {number}"))
    counts = {"answers cut": run.client.cut, "told to wait": run.client.asked_to_wait}
    if not kill.victim:
        if number == 0:  # a city that nobody disturbs
            assert all(n <= CALLS[step] + MORE for step, n in run.calls.items()), run.calls
            return {**counts, **{f"calls of {step}": n for step, n in run.calls.items()}}
        return {**counts, f"kills in {kill.step}": run.kills}
    what = kill.victim.replace("_", " ")
    return {**counts, f"kills of {what}": run.kills, f"ms to an answer after {what}": run.back_ms}


def trial(seed: int, number: int) -> dict[str, int]:
    """Run one trial on a session of its own, which leads to the city's database."""
    return aside(lambda: _trial(seed, number))
