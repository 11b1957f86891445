"""`make demo` and `make serve`: from whatever is there to a city that is being served."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence

from deploy import city, processes, serve, session
from deploy.layout import Layout
from deploy.prepare import prepare
from deploy.report import say

LINE = "─" * 72
TITLES = {
    city.DEMO: ("مدينة تجريبية، بياناتها مصطنعة", "A demo city, its data synthetic"),
    city.SERVE: ("مدينة فارغة", "An empty city"),
}


def up(layout: Layout, kind: str) -> int:
    """Set up what is missing, then serve until stopped; the exit code of the command."""
    started = time.monotonic()
    plan = processes.load()
    profile = os.environ.get("GEO_CITY") or plan.defaults["GEO_CITY"]
    say(f"{TITLES[kind][1]}: {profile}")
    prepare(layout)
    name = session.database_name(profile, kind)
    with session.database(layout, name=name) as lent:
        env = city.environment(lent, kind, plan.defaults)
        city.build(layout, env, kind, lent)
        running = plan.of(kind)
        env |= serve.choose_ports(running, env)
        codes: list[str] = []
        if kind == city.DEMO:
            env |= plan.demo_values(env)
            codes = city.role_codes(layout)
        city.signing_authority(layout, env)

        def on_ready() -> None:
            for line in announcement(kind, env, codes, seconds=time.monotonic() - started):
                say(line)

        service = serve.Service(
            supervisor=serve.supervisor_of(layout, running, env),
            cluster=lent.cluster,
            host=env["GEO_HOST"],
            port=int(env["PORT"]),
            on_ready=on_ready,
        )
        code = asyncio.run(service.run())
    say("Stopped.")
    return code


def announcement(
    kind: str, env: Mapping[str, str], codes: Sequence[str], *, seconds: float
) -> list[str]:
    """The block that says where the city is and who may come in."""
    host = serve.reachable(env["GEO_HOST"])
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{env['PORT']}"
    arabic, english = TITLES[kind]
    lines = [
        LINE,
        f"  {arabic} · {english} · ready in {seconds:.1f} s",
        "",
        f"  العربية   {address}/",
        f"  English   {address}/en/",
    ]
    if codes:
        lines += ["", "  الدخول · Sign in: one of these names, password demo, code 000000"]
        lines += [f"    {'  '.join(codes[at : at + 7])}" for at in range(0, len(codes), 7)]
    return [*lines, "", "  Ctrl-C stops everything that was started here.", LINE]
