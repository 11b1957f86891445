"""Dockerfile and docker-compose.yml against deploy/processes.toml: read, not run."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import initdb, processes
from deploy.layout import PROJECT

PLAN = processes.load()
# Behind the proxy, on the containers' own network
IN_A_CONTAINER = {"GEO_HOST": "0.0.0.0", "PEERS_HOST": "0.0.0.0"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    )
    return found


def dockerfile() -> list[tuple[str, str]]:
    """Instructions and their arguments, continued lines joined."""
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


@pytest.mark.parametrize("process", PLAN.processes, ids=lambda process: process.name)
def test_every_process_is_a_service_with_the_same_command(
    compose: dict[str, Any], process: processes.Process
) -> None:
    service = compose["services"][process.name]
    assert service["command"] == process.words({**PLAN.defaults, **IN_A_CONTAINER})
    assert service["stop_grace_period"] == f"{process.stop_seconds}s"
    assert service["restart"] == "unless-stopped"
    assert service.get("profiles") == ([process.only] if process.only else None)


@pytest.mark.parametrize("process", PLAN.processes, ids=lambda process: process.name)
def test_every_service_has_the_environment_of_its_process(
    compose: dict[str, Any], process: processes.Process
) -> None:
    environment = compose["services"][process.name]["environment"]
    assert sorted(environment) == sorted(process.environment)
    defaults = {**PLAN.defaults, **IN_A_CONTAINER}
    for name in set(defaults) & set(process.environment):
        assert environment[name] in (defaults[name], f"${{{name}:-{defaults[name]}}}")


def test_only_processes_of_the_list_run_for_long(compose: dict[str, Any]) -> None:
    lasting = {
        name for name, service in compose["services"].items() if service.get("restart") is not None
    }
    assert lasting == {"db", "proxy", *(process.name for process in PLAN.processes)}


def test_the_application_never_gets_the_owners_password(compose: dict[str, Any]) -> None:
    for process in PLAN.processes:
        text = str(compose["services"][process.name])
        assert "OWNER" not in text
        assert ("geo_app:" in text) == ("DATABASE_URL" in process.environment)


def test_the_port_is_open_in_the_image_and_reached_by_the_proxy_only(
    compose: dict[str, Any],
) -> None:
    port = PLAN.defaults["PORT"]
    assert ("EXPOSE", port) in dockerfile()
    assert compose["services"]["web"]["expose"] == [port]
    assert "ports" not in compose["services"]["web"]
    assert compose["services"]["proxy"]["ports"] == [f"127.0.0.1:${{PORT:-{port}}}:8080"]
    proxy = (PROJECT / "deploy/containers/nginx.conf").read_text(encoding="utf-8")
    assert f"server web:{port};" in proxy
    assert "listen 8080;" in proxy


def test_the_image_starts_the_web_process_without_root() -> None:
    instructions = dockerfile()
    words = PLAN.process("web").words({**PLAN.defaults, **IN_A_CONTAINER})
    command = next(rest for name, rest in instructions if name == "CMD")
    assert yaml.safe_load(command) == words
    assert ("USER", "geoportal") in instructions


def test_what_is_copied_and_mounted_exists(compose: dict[str, Any]) -> None:
    copied = [shlex.split(rest) for name, rest in dockerfile() if name == "COPY"]
    sources = [word for words in copied if "--from=build" not in words for word in words[:-1]]
    volumes = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    ]
    mounted = [volume for volume in volumes if volume.startswith(".")]
    for path in [*sources, *mounted]:
        assert (PROJECT / path).exists(), path
    assert {volume for volume in volumes if not volume.startswith(".")} == set(compose["volumes"])


def test_the_image_installs_by_hash_what_runs() -> None:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes --requirement requirements/base.txt" in text
    assert "npm ci" in text


def test_the_container_database_is_made_like_the_private_cluster(compose: dict[str, Any]) -> None:
    script = (PROJECT / "deploy/containers/make-database.sh").read_text(encoding="utf-8")
    folder = initdb.TEMPLATE.parent.relative_to(PROJECT)
    assert f"./{folder}:/set-up:ro" in compose["services"]["db"]["volumes"]
    assert f"--dbname template1 --file=/set-up/{initdb.TEMPLATE.name}" in script
    for role in ("geo_owner LOGIN CREATEDB", "geo_app LOGIN PASSWORD"):
        assert f"CREATE ROLE {role}" in script


def test_every_secret_must_be_given(compose: dict[str, Any]) -> None:
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = set(re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)", text))
    for name in secrets:
        assert not re.search(rf"\$\{{{name}(?!:\?)", text), name
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    assert all(re.search(rf"^{name}=$", example, re.M) for name in secrets)


def test_the_ignored_of_docker_has_no_secret_and_no_history() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", ".local", ".venv"} <= set(ignored)
    assert Path(PROJECT / ".gitignore").exists()
