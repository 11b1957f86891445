"""The account of an import: every row of the file is in exactly one of three numbers."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from municipality.importing.rows import Rows
from municipality.importing.verdicts import VERDICTS, Severity
from municipality.words import Text

MADE = Text("استُبدلت البيانات.", "The swap was made.")
WOULD_BE = Text(
    "تجربة: كان الاستبدال سيتم، ولم يتغير شيء.", "Dry run: the swap would be made; nothing changed."
)
NO_ROW = Text(
    "لا صف مقبول في الملف؛ لم يتغير شيء.", "Not one row of the file is acceptable; nothing changed."
)
STOPPED = Text("أُوقف الاستيراد؛ لم يتغير شيء.", "The import was stopped; nothing changed.")


@dataclass(slots=True)
class Report:
    """What happened, as JSON; ``made`` tells whether the swap was made (or would be)."""

    kind: str
    file: str
    dry_run: bool = False
    on: str = ""
    read: int = 0
    accepted: int = 0
    repaired: int = 0
    refused: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    made: bool = False
    code: str = ""
    sentence: Text = field(default_factory=lambda: Text("", ""))
    operation: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    swap: dict[str, Any] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    isolation: dict[str, str] = field(default_factory=dict)

    def count(self, rows: Rows) -> None:
        """Account for every row; read = accepted + repaired + refused by construction."""
        found = np.bincount(rows.severity, minlength=3)
        self.read = rows.count
        self.accepted = int(found[Severity.NOTE])
        self.repaired = int(found[Severity.REPAIRED])
        self.refused = int(found[Severity.REFUSED])
        self.verdicts = {
            code: int(mask.sum()) for code, mask in sorted(rows.verdicts.items()) if mask.any()
        }
        self.checks = rows.checks

    def refuse(self, code: str, words: Text) -> None:
        """Say why the swap was not made."""
        self.made, self.code, self.sentence = False, code, words

    @property
    def exit_code(self) -> int:
        """0 when the swap was made or would be, 1 when not."""
        return 0 if self.made else 1

    def as_json(self) -> dict[str, Any]:
        """Return the report as its file holds it."""
        words = {
            code: {
                **VERDICTS[code].words.as_json(),
                "severity": VERDICTS[code].severity.name.lower(),
            }
            for code in self.verdicts
            if code in VERDICTS
        }
        return {
            "kind": self.kind,
            "file": self.file,
            "dry_run": self.dry_run,
            "on": self.on,
            "read": self.read,
            "accepted": self.accepted,
            "repaired": self.repaired,
            "refused": self.refused,
            "verdicts": self.verdicts,
            "words": words,
            "operation": self.operation,
            "made": self.made,
            "code": self.code,
            "sentence": self.sentence.as_json(),
            **self.facts,
            **self.swap,
            "checks": self.checks,
            "timings_s": {name: round(value, 3) for name, value in self.seconds.items()},
            "isolation": self.isolation,
        }

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
