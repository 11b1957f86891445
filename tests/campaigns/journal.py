"""What was tried, one line a trial: a run goes on where the last one stopped."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.servers import ROOT

FOLDER = ROOT / ".local" / "campaigns"


@dataclass(frozen=True, slots=True)
class Journal:
    """The trials of one part and one seed; a last line cut off by a kill is left out."""

    path: Path

    @classmethod
    def of(cls, part: str, seed: int, folder: Path = FOLDER) -> "Journal":
        """Open the journal of a part; it is made with its first trial."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / f"{part}-{seed}.jsonl")

    def lines(self) -> list[dict[str, Any]]:
        """Return every whole line."""
        if not self.path.is_file():
            return []
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def done(self) -> set[int]:
        """Return the numbers of the trials that passed; those that failed are tried again."""
        return {line["trial"] for line in self.lines() if not line["failed"]}

    def write(self, line: dict[str, Any]) -> None:
        """Add one trial."""
        broken = self.path.is_file() and not self.path.read_bytes().endswith(b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("\n" if broken else "") + json.dumps(line, ensure_ascii=False) + "\n")

    def summary(self) -> dict[str, Any]:
        """Add up all slices: passed, still failing, seconds, and the counts the trials gave."""
        last = {line["trial"]: line for line in self.lines()}
        counts: Counter[str] = Counter()
        for line in last.values():
            counts.update(line["counts"])
        return {
            "passed": sum(not line["failed"] for line in last.values()),
            "failing": sorted(n for n, line in last.items() if line["failed"]),
            "seconds": round(sum(line["seconds"] for line in last.values())),
            "counts": dict(counts),
        }
