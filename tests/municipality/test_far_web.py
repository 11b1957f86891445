"""Asking an address that somebody typed: the open web, and nothing beside it."""

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from municipality.far_register import Patience
from municipality.far_web import NoAnswer, Web, Why, may_be_asked

QUICK = Patience(connect_s=1.0, silent_s=1.0, whole_s=2.0)


class Canary:
    """A server of this machine that counts who came, and misbehaves by the address."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                canary.hits.append(self.path)
                if self.path.startswith("/to?"):
                    self.send_response(302)
                    self.send_header("Location", self.path.removeprefix("/to?"))
                    self.end_headers()
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.write(
                    b"x" * 3_000 if self.path == "/huge" else self.headers["Host"].encode()
                )

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def canary():
    made = Canary()
    yield made
    made.server.shutdown()


FORMS = (
    "http://127.0.0.1:{p}/", "http://localhost:{p}/", "http://2130706433:{p}/", "http://0x7f000001:{p}/",
    "http://0177.0.0.1:{p}/", "http://127.1:{p}/", "http://0:{p}/", "http://0.0.0.0:{p}/",
    "http://127.127.127.127:{p}/", "http://[::1]:{p}/", "http://[::]:{p}/", "http://[::ffff:127.0.0.1]:{p}/",
    "http://[0:0:0:0:0:ffff:7f00:1]:{p}/", "http://[64:ff9b::7f00:1]:{p}/", "http://[2002:7f00:1::]:{p}/",
    "http://a@127.0.0.1:{p}/", "http://example.om@127.0.0.1:{p}/", "http://127.0.0.1:{p}#@example.om/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/", "http://198.18.0.1/", "http://192.0.2.1/",
    "file:///etc/passwd", "gopher://127.0.0.1:{p}/", "ftp://127.0.0.1/", "HTTP://127.0.0.1:{p}/", "//127.0.0.1:{p}/",
    "127.0.0.1:{p}", "http:///", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1:{p}\\@example.om/",
    "http://①②⑦.⓪.⓪.①:{p}/", "http://127。0。0。1:{p}/", "http://127.0.0.1.:{p}/", "http://LOCALHOST:{p}/",
    "http://[::ffff:7f00:1]:{p}/", "http://[0000::1]:{p}/", "http://0x7f.0.0.1:{p}/", "http://017700000001:{p}/",
    "http://127.0.0.1:{p}/\r\nX: y", "http://127.0.0.1 :{p}/", "http://\x00127.0.0.1:{p}/", "https://127.0.0.1:{p}/",
    "https://localhost:{p}/", "https://[::1]:{p}/", "http://nothing.invalid/", "jar:http://127.0.0.1:{p}!/",
    "dict://127.0.0.1:{p}/", "http://0.0.0.0.:{p}/",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_no_way_of_writing_this_machine_leads_to_it(canary, form, monkeypatch) -> None:
    before, connected = len(canary.hits), []
    monkeypatch.setattr(Web, "_pool", lambda self, to: connected.append(to))
    for ask in (
        lambda url: Web(patience=QUICK).get(url),
        lambda url: Web(patience=QUICK).post(url, {}),
    ):
        with pytest.raises(NoAnswer):
            ask(form.format(p=canary.port))
    assert len(canary.hits) == before and not connected
    assert len(FORMS) == 60


def test_the_control_with_the_look_taken_away_the_canary_is_reached(canary, monkeypatch) -> None:
    monkeypatch.setattr("municipality.far_web.may_be_asked", lambda text, loopback: True)
    before = len(canary.hits)
    assert Web(patience=QUICK).get(f"http://127.0.0.1:{canary.port}/").status == 200
    assert len(canary.hits) == before + 1


def test_loopback_is_for_who_allows_it_and_private_ranges_are_for_nobody(canary) -> None:
    web = Web(loopback=True, patience=QUICK)
    assert web.get(f"http://localhost:{canary.port}/").body == f"localhost:{canary.port}".encode()
    with pytest.raises(NoAnswer) as refused:
        web.get(f"http://127.0.0.1:{canary.port}/to?http://169.254.169.254/latest/")
    assert refused.value.why is Why.NOT_OUTSIDE
    with pytest.raises(NoAnswer) as refused:
        web.get("http://10.0.0.1/")
    assert refused.value.why is Why.NOT_OUTSIDE


def test_a_redirect_is_looked_at_like_the_first_address_and_ends(canary) -> None:
    web = Web(loopback=True, patience=QUICK)
    base = f"http://127.0.0.1:{canary.port}"
    assert web.get(f"{base}/to?/there").status == 200 and canary.hits[-1] == "/there"
    for at in (f"/to?/to?/to?/to?/to?{base}", "/to?file:///etc/passwd", "/to?http://10.1.1.1/"):
        with pytest.raises(NoAnswer):
            web.get(base + at)
    assert web.post(f"{base}/to?/there", {"a": "b"}).status == 302  # what is sent goes nowhere else


def test_a_name_with_one_private_address_is_not_asked_at_any(monkeypatch) -> None:
    def two(host, port, **options):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in ("93.184.216.34", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(NoAnswer) as refused:
        Web(patience=QUICK).get("http://two.example/")
    assert refused.value.why is Why.NOT_OUTSIDE


def test_the_name_is_resolved_once_and_that_address_is_connected_to(canary, monkeypatch) -> None:
    """Rebinding: a name that is harmless when it is looked at and this machine when it is used."""
    answers = iter(["127.0.0.2", "127.0.0.1", "127.0.0.1"])
    real, asked = socket.getaddrinfo, []

    def rebound(host, port, *args, **options):
        if host != "rebound.example":
            return real(host, port, *args, **options)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with pytest.raises(NoAnswer) as refused:  # nobody listens at 127.0.0.2
        Web(loopback=True, patience=QUICK).get(f"http://rebound.example:{canary.port}/")
    assert refused.value.why is Why.NOT_REACHED and len(asked) == 1


def test_an_answer_ends_in_size_and_in_time(canary) -> None:
    base = f"http://127.0.0.1:{canary.port}"
    with pytest.raises(NoAnswer) as refused:
        Web(loopback=True, patience=QUICK, most_bytes=1_000).get(f"{base}/huge")
    assert refused.value.why is Why.TOO_MUCH
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(NoAnswer) as refused:
            Web(loopback=True, patience=QUICK).get(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert refused.value.why is Why.NOT_ANSWERING


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "2606:4700::1111", "93.184.216.34", "64:ff9b::808:808"]
)
def test_the_open_web_may_be_asked(text) -> None:
    assert may_be_asked(text, loopback=False)


def test_production_refuses_to_ask_this_machine() -> None:
    def started(**env: str) -> str:
        told = {"PATH": os.environ["PATH"], "GEO_SECRET_KEY": "x" * 60, **env}
        command = [sys.executable, "-c", "import geo_portal.settings.production"]
        return subprocess.run(command, env=told, capture_output=True, text=True).stderr

    assert "GEO_FAR_LOOPBACK is for tests" in started(GEO_FAR_LOOPBACK="1")
    assert started() == ""
