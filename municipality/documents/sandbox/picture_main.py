"""The child process that makes pictures for others from the clean copy of a photo."""

from pathlib import Path
from typing import Any

from municipality.documents.sandbox import child, paper_kinds

KINDS = ("jpeg", "png")  # what clean copies of photos are


def _prepared(job: Path, wanted: dict[str, Any]) -> child.Work:
    kind = paper_kinds.kind_of(job / "input", accepted=KINDS)
    from municipality.documents.sandbox import photo_cleaner, picture_maker

    photo_cleaner.warm_up(kind)
    boxes, longest = wanted["boxes"], picture_maker.SIDES[picture_maker.PUBLIC]
    return lambda: {
        "pictures": picture_maker.made_of(
            photo_cleaner.opened_for(job / "input", kind, longest), job, boxes
        )
    }


def main() -> None:
    """Read ``JOB/input`` and write its pictures and ``JOB/out.json``."""
    child.run(_prepared)
