"""Servers for a benchmark: ours, a bare floor and peers, each a process of its own on loopback."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".local" / "peers"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{url}: the server ended with {process.returncode}")
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(url, timeout=2)
                return
            except urllib.error.HTTPError:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url}: no answer in 30 s")


@contextlib.contextmanager
def granian(
    target: str,
    *,
    interface: str,
    env: dict[str, str],
    python: Path | None = None,
    probe: str = "/",
) -> Iterator[str]:
    """Run ``target`` on granian with two workers; gives its address and ends it after."""
    port = free_port()
    binary = (python or Path(sys.executable)).parent / "granian"
    command = [
        str(binary), "--interface", interface, "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--workers-kill-timeout", "3", "--no-ws", target,
    ]  # fmt: skip
    if interface == "wsgi":
        command[-1:-1] = ["--blocking-threads", "4"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}{probe}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def peer(name: str, *packages: str) -> Path:
    """Make (once) a virtual environment for a peer and return its Python."""
    python = PEERS / name / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([str(uv), "venv", "-q", str(PEERS / name)], check=True)
        subprocess.run(
            [str(uv), "pip", "install", "-q", "--python", str(python), *packages], check=True
        )
    return python


def requests_a_second(url: str, paths: list[str], *, seconds: int, connections: int = 8) -> float:
    """Load one server with wrk (one thread) over a list of paths; raises on any error answer."""
    listed = ",".join(f'"{path}"' for path in paths)
    script = (
        f"local p={{{listed}}}\nlocal i=0\n"
        "request=function() i=i%#p+1; return wrk.format('GET', p[i]) end\n"
    )
    return _wrk(url, script, seconds=seconds, connections=connections)


def posts_a_second(
    url: str, path: str, bodies: list[str], *, seconds: int, headers: dict[str, str]
) -> float:
    """Load one address with JSON bodies by eight connections; raises on any error answer."""
    listed = ",".join(f"[[{body}]]" for body in bodies)
    told = {"Content-Type": "application/json", **headers}
    heads = ",".join(f'["{name}"]="{value}"' for name, value in told.items())
    script = (
        f"local b={{{listed}}}\nlocal h={{{heads}}}\nlocal i=0\n"
        f"request=function() i=i%#b+1; return wrk.format('POST', '{path}', h, b[i]) end\n"
    )
    return _wrk(url, script, seconds=seconds, connections=8)


def _wrk(url: str, text: str, *, seconds: int, connections: int) -> float:
    script = PEERS / f"paths-{os.getpid()}.lua"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text)
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    script.unlink()
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    line = next(row for row in out.splitlines() if row.startswith("Requests/sec"))
    return float(line.split()[1])
