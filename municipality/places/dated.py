"""Dated rows: two versions of one thing never hold on one day (spatial.md §4)."""

from collections.abc import Sequence

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import Q


def one_at_a_time(
    *, name: str, by: Sequence[str], message: str, condition: Q | None = None
) -> ExclusionConstraint:
    """Constrain ``valid`` ranges of rows that agree in ``by`` not to overlap.

    A NULL in ``by`` equals nothing, so rows with NULL need a constraint of their own with
    ``condition``.
    """
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in by),
            ("valid", RangeOperators.OVERLAPS),
        ],
        condition=condition,
        violation_error_message=message,
    )
