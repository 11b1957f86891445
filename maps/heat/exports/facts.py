"""What is told beside the cells."""

from typing import Any

Facts = dict[str, Any]  # count, suppressed, cell_m, class, and what the measure tells
