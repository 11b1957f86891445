"""Title deeds: who owns a plot, in which share, on which days, and who may act for an owner.

Personal data: never public; a wall lets only staff and the platform itself see a row.
"""

import datetime as dt
from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q

from municipality.places.dated import one_at_a_time

SHOWN_DIGITS = 3


def masked(civil_number: str) -> str:
    """Write a civil number so that it can be held against a paper and read off by nobody."""
    hidden = max(len(civil_number) - SHOWN_DIGITS, 0)
    return "•" * hidden + civil_number[hidden:] if hidden else "•" * len(civil_number)


class Title(models.Model):
    """A title deed (سند الملكية) of a plot over a span of days; its shares sum to exactly one.

    ``batch`` is the import that brought it, ``ended_by`` the one whose newer deed ended it: what
    an import did can be taken back.
    """

    deed_number = models.CharField(max_length=60, unique=True)
    plot = models.ForeignKey("plots.Plot", on_delete=models.PROTECT, related_name="titles")
    valid = DateRangeField(help_text="[first day, day after the last); open while it holds")
    source = models.CharField(max_length=200)
    as_of = models.DateField(help_text="the day the source speaks of")
    batch = models.ForeignKey(
        "importing.RecordBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_by = models.ForeignKey(
        "importing.RecordBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            one_at_a_time(
                name="title_one_a_day",
                by=("plot",),
                message="Another title of this plot holds on some of these days.",
            ),
            models.CheckConstraint(
                name="title_holds_some_day",
                condition=Q(valid__isempty=False, valid__lower_inf=False),
                violation_error_message="A title has a first day, and a last one after it.",
            ),
        ]

    def __str__(self) -> str:
        return self.deed_number


class TitleShare(models.Model):
    """One owner's share of a title, as a fraction of whole numbers."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="shares")
    position = models.PositiveSmallIntegerField()
    owner_name = models.CharField(max_length=200)
    civil_number = models.CharField(max_length=20, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["title", "position"], name="title_share_once"),
            models.CheckConstraint(
                name="title_share_is_a_share",
                condition=Q(numerator__gt=0, denominator__gte=F("numerator")),
                violation_error_message="A share is more than nothing and at most the whole.",
            ),
        ]


class MandateStanding(StrEnum):
    """Whether a mandate lets its holder act on a day."""

    HOLDS = "holds"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"


class TitleMandate(models.Model):
    """A power of attorney (وكالة): who may act on a plot for its owners, by which paper.

    It came by the import ``batch`` or by an officer, ``entered_by``; ``ended_by`` is the officer
    who wrote an earlier last day: it is never deleted, for what was done by it was done.
    """

    title = models.ForeignKey(Title, on_delete=models.PROTECT, related_name="mandates")
    name = models.CharField(max_length=200, help_text="of the person or office that may act")
    civil_number = models.CharField(max_length=20, blank=True)
    valid = DateRangeField(help_text="[first day, day after the last); open while it holds")
    source = models.CharField(max_length=200, help_text="the paper: its number, day and notary")
    batch = models.ForeignKey(
        "importing.RecordBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mandate_holds_some_day",
                condition=Q(valid__isempty=False, valid__lower_inf=False),
                violation_error_message="A mandate has a first day, and a last one not before it.",
            ),
            models.UniqueConstraint(
                F("title"), F("name"), F("civil_number"), F("source"), F("valid__startswith"),
                name="mandate_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title_id} {self.source}"

    @property
    def masked_number(self) -> str:
        """The civil number as screens show it."""
        return masked(self.civil_number)

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which it holds; none while it is open."""
        end: dt.date | None = self.valid.upper
        return None if end is None else end - dt.timedelta(days=1)

    def standing_on(self, day: dt.date) -> MandateStanding:
        """Tell whether it holds on a day."""
        if day < self.valid.lower:
            return MandateStanding.NOT_BEGUN
        last = self.last_day
        return MandateStanding.ENDED if last is not None and last < day else MandateStanding.HOLDS
