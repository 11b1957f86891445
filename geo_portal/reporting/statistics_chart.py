"""Reports a month as bars, for the page and the paper: time runs in reading direction."""

from collections.abc import Sequence
from typing import Any

from observations.statistics.tables import Line

WIDTH, TOP, BASE, HEIGHT = 352, 26, 120, 144
LABELS = 12  # as many fit under the bars


def month_bars(months: Sequence[Line], *, from_right: bool) -> dict[str, Any]:
    """Return the bars of a chart 352 × 144: place, height, label (or none), and the highest."""
    most = max((line.figures.received for line in months), default=0)
    slot = WIDTH / max(1, len(months))
    every = max(1, -(-len(months) // LABELS))
    best = next((line for line in months if line.figures.received == most), None)
    bars = []
    for place, line in enumerate(months):
        middle = WIDTH - (place + 0.5) * slot if from_right else (place + 0.5) * slot
        high = (BASE - TOP) * line.figures.received / max(1, most)
        year, _, month = line.code.partition("-")
        label = month if len(months) <= LABELS else f"{month}/{year[2:]}"
        bars.append(
            {
                "line": line,
                "x": round(middle - slot * 0.32, 2),
                "middle": round(middle, 2),
                "y": round(BASE - high, 2),
                "width": round(slot * 0.64, 2),
                "height": round(high, 2),
                "label": label if place % every == 0 else "",
                "is_best": line is best and most > 0,
                "above": round(BASE - high - 6, 2),
            }
        )
    return {"bars": bars, "width": WIDTH, "height": HEIGHT, "base": BASE, "foot": BASE + 16}


def wide_bars(lines: Sequence[Line], *, from_right: bool) -> list[dict[str, Any]]:
    """Return lines with their length in per cent of the longest, and where it begins."""
    most = max((line.figures.received for line in lines), default=0) or 1
    lengths = [round(100 * line.figures.received / most, 1) for line in lines]
    return [
        {"line": line, "pct": pct, "x": round(100 - pct, 1) if from_right else 0}
        for line, pct in zip(lines, lengths, strict=True)
    ]
