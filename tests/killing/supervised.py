"""The product's own supervisor over some processes of a city, in a process of its own.

``python -m tests.killing.supervised`` reads one JSON object: for each process its command,
environment and log.  It runs until its input ends, so nothing outlives whoever started it.
Programs that end are started again as in ``make serve``, but the pauses do not grow: here
they are killed far more often than programs fail.
"""

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

from deploy import accounts, supervisor
from deploy.supervisor import Program, Supervisor

supervisor.LONGEST_PAUSE_S = supervisor.FIRST_PAUSE_S


def _programs(told: dict[str, Any], cwd: Path) -> list[Program]:
    return [
        Program(name=name, command=one["command"], env=one["env"], account=accounts.me(), cwd=cwd)
        for name, one in told.items()
    ]


async def _run(told: dict[str, Any]) -> None:
    folder = Path(told["logs"])
    logs = {name: (folder / f"{name}.log").open("a") for name in told["programs"]}

    def tell(name: str, line: str) -> None:
        logs[name].write(line + "\n")
        logs[name].flush()

    kept = Supervisor(_programs(told["programs"], Path(told["cwd"])), tell=tell)
    loop = asyncio.get_running_loop()

    def watch() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(kept.stop)

    threading.Thread(target=watch, daemon=True).start()
    await kept.run()


if __name__ == "__main__":
    asyncio.run(_run(json.loads(sys.stdin.readline())))
