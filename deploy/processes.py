"""Reads `deploy/processes.toml`: every process of the portal, its ports and its environment."""

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
    ports: tuple[str, ...]  # variables that hold them
    stop_seconds: int
    only: str | None  # the kind of city that it runs in; None: in every one

    def words(self, env: Mapping[str, str]) -> list[str]:
        """The command with the values of its variables; a variable without value is an error."""
        return [word.format_map(env) for word in self.command]


@dataclass(frozen=True, slots=True)
class Plan:
    """The processes, the defaults of the variables that they read, and what a demo sets."""

    processes: tuple[Process, ...]
    defaults: Mapping[str, str]
    demo: Mapping[str, str]

    def process(self, name: str) -> Process:
        """The process of that name."""
        return next(process for process in self.processes if process.name == name)

    def of(self, kind: str) -> tuple[Process, ...]:
        """The processes of one kind of city: those of every city, and those of this kind only."""
        return tuple(process for process in self.processes if process.only in (None, kind))

    def demo_values(self, env: Mapping[str, str]) -> dict[str, str]:
        """What a demo sets where the user has not, its ports filled in."""
        return {name: text.format_map(env) for name, text in self.demo.items() if not env.get(name)}


def load(path: Path = FILE) -> Plan:
    """Read the list.  Raises ValueError when a process names a variable it does not declare."""
    with path.open("rb") as file:
        found = tomllib.load(file)
    processes = tuple(_process(name, entry) for name, entry in found["process"].items())
    return Plan(processes, _values(found["defaults"]), _values(found["demo"]))


def _values(table: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in table.items()}


def _process(name: str, entry: Mapping[str, object]) -> Process:
    known = {"does", "command", "environment", "ports", "stop_seconds", "only"}
    if unknown := set(entry) - known:
        raise ValueError(f"process {name}: unknown keys {sorted(unknown)}")
    command, environment = _texts(name, entry, "command"), _texts(name, entry, "environment")
    used = {word[1:-1] for word in command if word.startswith("{")}
    if undeclared := used - set(environment):
        raise ValueError(f"process {name}: {sorted(undeclared)} is not in its environment")
    only = entry.get("only")
    return Process(
        name=name,
        does=str(entry["does"]),
        command=command,
        environment=environment,
        ports=_texts(name, {"ports": [], **entry}, "ports"),
        stop_seconds=int(str(entry.get("stop_seconds", 10))),
        only=None if only is None else str(only),
    )


def _texts(name: str, entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError(f"process {name}: {key} is a list of texts")
    return tuple(value)
