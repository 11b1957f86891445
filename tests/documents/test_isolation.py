"""The reader of files is shut off whoever runs the portal, or it reads nothing."""

import io
import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from municipality.documents import file_gate
from municipality.documents.file_gate import Unreadable, Wanted, read_stream
from municipality.documents.sandbox.isolation import lacking
from tests.documents.test_file_gate import CSV

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "65534"
SHUT = {
    "threads": "one", "network": "none", "user": "own", "privileges": "no_new",
    "files": "job", "calls": "few",
}  # fmt: skip


def unprivileged(script: str, *arguments: str) -> str:
    """Run Python as a user who is not root; returns what it printed.

    An interpreter below a closed home is reached by a right to read that the sandbox itself
    gives up with the rest.
    """
    command = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    if os.geteuid() == 0:
        if (setpriv := shutil.which("setpriv")) is None:
            pytest.skip("root, and no setpriv to run something as another user")
        who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        reach = [setpriv, *who, "test", "-x", os.path.realpath(sys.executable)]
        if subprocess.run(reach, check=False).returncode != 0:
            who += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        command = [setpriv, *who, *command]
    env = {
        "PATH": os.defpath, "HOME": "/", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test", "DATABASE_URL": "postgres://x@/none",
    }  # fmt: skip
    ended = subprocess.run(command, env=env, capture_output=True, text=True, cwd="/", check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


READ = """
    import io, json, os, sys
    import django
    django.setup()
    from municipality.documents import file_gate
    file_gate._START = sys.argv[2] + file_gate._START
    said = {"uid": os.geteuid()}
    try:
        opened = file_gate.read_stream(
            io.BytesIO(sys.argv[1].encode()), file_gate.Wanted(name="x.csv", shape_hints=("wkt",))
        )
        said |= {"rows": opened.table.num_rows, "isolation": opened.isolation}
    except file_gate.Unreadable as refusal:
        said |= {"refused": refusal.code, "en": refusal.words.en, "ar": refusal.words.ar}
        said |= {"isolation": refusal.isolation}
    print(json.dumps(said))
"""


def read_unprivileged(data: str, *, first: str = "") -> dict:
    return dict(json.loads(unprivileged(READ, data, first)))


def test_a_portal_that_is_not_root_reads_behind_every_wall() -> None:
    said = read_unprivileged(CSV.decode())
    assert said["uid"] != 0 and said["rows"] == 1, said
    assert {name: said["isolation"][name] for name in SHUT} == SHUT


def test_there_a_bad_file_is_one_sentence_from_behind_the_walls() -> None:
    said = read_unprivileged("<html>404</html>")
    assert said["refused"] == "kind_not_accepted"
    assert {name: said["isolation"][name] for name in SHUT} == SHUT


@pytest.mark.parametrize(
    ("switched_off", "lacks"),
    [
        ("walls.few_calls = lambda: False", "calls"),
        ("walls.close_files_wall = lambda wall: False", "files"),
        ("isolation._no_network = walls.few_calls = lambda: False", "network"),
        ("isolation._no_new_privileges = lambda: False", "privileges"),
        ("isolation._threads = lambda: 2", "threads"),
    ],
)
def test_where_a_wall_cannot_be_had_the_file_is_not_opened(switched_off: str, lacks: str) -> None:
    """The control of the tests above: a reader that is not shut off says so and reads nothing."""
    first = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from municipality.lean import keep_out; keep_out(); "
        "from municipality.documents.sandbox import isolation, kinds, walls; "
        f"{switched_off}; kinds.kind_of = None; "  # who looks at the file now ends in a crash
    )
    said = read_unprivileged(CSV.decode(), first=first.replace("{", "{{").replace("}", "}}"))
    assert said["refused"] == "not_confined", said
    assert lacks in said["en"] and lacks in said["ar"]
    assert "was not opened" in said["en"] and "لم يُفتح الملف" in said["ar"]


ATTACK = """
    import ctypes, json, os, socket, sys
    from pathlib import Path
    from municipality.documents.sandbox import isolation
    job, secret, shut = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "shut"
    if os.geteuid() != 0:
        os.chmod(job, 0o700)
    parent = os.getppid()
    if shut:
        rights = isolation.Rights(60, 4 << 30, 1 << 30, None, None)
        isolation.close_in(rights, job=job)
    found = {}
    def attempt(name, act):
        try:
            found[name] = bool(act()) or True
        except OSError as error:
            found[name] = error.errno
    def call(number, *values):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syscall(number, *values) < 0:
            raise OSError(ctypes.get_errno(), "")
    attempt("write the job", lambda: (job / "out").write_text("x"))
    attempt("read a library", lambda: Path("/usr/bin/env").read_bytes())
    attempt("read a secret", lambda: secret.read_bytes())
    attempt("list its folder", lambda: os.listdir(secret.parent))
    attempt("write beside it", lambda: (secret.parent / "new").write_text("x"))
    attempt("read the environment of a process", lambda: Path("/proc/self/environ").read_bytes())
    attempt("open a socket", lambda: socket.socket().close())
    attempt("signal a process", lambda: os.kill(os.getpid(), 0))
    attempt("start a program", lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0))
    print(json.dumps(found))
"""
MAY = {"write the job", "read a library"}


@pytest.mark.parametrize("how", ["shut", "open"])
def test_behind_the_walls_nothing_but_the_job_is_reached(how: str) -> None:
    """Everything here belongs to the reader's own user; ``open`` is the control."""
    top = Path("/tmp") / f"geo-test-walls-{os.getpid()}-{how}"
    job, secret = top / "job", top / "secret" / "key"
    job.mkdir(parents=True)
    secret.parent.mkdir()
    secret.write_text("a secret")
    try:
        if os.geteuid() == 0:
            for path in (top, job, secret.parent, secret):
                os.chown(path, int(NOBODY), int(NOBODY))
        found = json.loads(unprivileged(ATTACK, str(job), str(secret), how))
        reached = {name for name, result in found.items() if result is True}
        assert reached == (MAY if how == "shut" else set(found)), found
    finally:
        shutil.rmtree(top)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_root_without_a_user_for_the_sandbox_reads_nothing(settings) -> None:
    settings.GEO_SANDBOX_USER = "no-such-user"
    with pytest.raises(Unreadable) as caught:
        read_stream(io.BytesIO(CSV), Wanted(name="x.csv", shape_hints=("wkt",)))
    assert caught.value.code == "not_confined" and "(user)" in caught.value.words.en


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_root_reads_as_the_user_of_the_settings_also_below_a_closed_home(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings.GEO_SANDBOX_USER = "daemon"
    opened = read_stream(io.BytesIO(CSV), Wanted(name="x.csv", shape_hints=("wkt",)))
    assert opened.isolation["user"] == "other" and opened.isolation["files"] == "job"
    assert file_gate._sandbox_user()[0] != int(NOBODY)


def test_another_user_is_a_wall_by_itself_and_root_is_none() -> None:
    assert lacking(SHUT) == []
    assert lacking({**SHUT, "user": "other", "files": "all", "calls": "all"}) == []
    assert lacking({**SHUT, "user": "root"}) == ["user"]
    assert lacking({**SHUT, "files": "all", "calls": "all"}) == ["files", "calls"]
