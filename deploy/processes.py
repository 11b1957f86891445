"""Reads `deploy/processes.toml`: every process of the portal, its port and its environment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("processes.toml")


@dataclass(frozen=True, slots=True)
class Process:
    """One long-running program; words in braces in ``command`` are environment variables."""

    name: str
    does: str
    command: tuple[str, ...]
    environment: tuple[str, ...]
    port: str | None
    stop_seconds: int

    def words(self, env: Mapping[str, str]) -> list[str]:
        """The command with the values of its variables; a variable without value is an error."""
        return [word.format_map(env) for word in self.command]


@dataclass(frozen=True, slots=True)
class Plan:
    """The processes and the defaults of the variables that they read."""

    processes: tuple[Process, ...]
    defaults: Mapping[str, str]

    def process(self, name: str) -> Process:
        """The process of that name."""
        return next(process for process in self.processes if process.name == name)


def load(path: Path = FILE) -> Plan:
    """Read the list.  Raises ValueError when a process names a variable it does not declare."""
    with path.open("rb") as file:
        found = tomllib.load(file)
    processes = tuple(_process(name, entry) for name, entry in found["process"].items())
    return Plan(processes, {name: str(value) for name, value in found["defaults"].items()})


def _process(name: str, entry: Mapping[str, object]) -> Process:
    known = {"does", "command", "environment", "port", "stop_seconds"}
    if unknown := set(entry) - known:
        raise ValueError(f"process {name}: unknown keys {sorted(unknown)}")
    command, environment = _texts(name, entry, "command"), _texts(name, entry, "environment")
    used = {word[1:-1] for word in command if word.startswith("{")}
    if undeclared := used - set(environment):
        raise ValueError(f"process {name}: {sorted(undeclared)} is not in its environment")
    port = entry.get("port")
    return Process(
        name=name,
        does=str(entry["does"]),
        command=command,
        environment=environment,
        port=None if port is None else str(port),
        stop_seconds=int(str(entry.get("stop_seconds", 10))),
    )


def _texts(name: str, entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError(f"process {name}: {key} is a list of texts")
    return tuple(value)
