"""Title deeds: who owns a plot, in which share, on which days, and who may act for an owner.

Personal data: never public; a wall lets only staff and the platform itself see a row.
"""

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


class TitleMandate(models.Model):
    """A power of attorney (وكالة): who may act on a plot for its owners, by which paper."""

    title = models.ForeignKey(Title, on_delete=models.PROTECT, related_name="mandates")
    name = models.CharField(max_length=200, help_text="of the person or office that may act")
    civil_number = models.CharField(max_length=20, blank=True)
    valid = DateRangeField()
    source = models.CharField(max_length=200, help_text="the paper: its number, day and notary")

    @property
    def masked_number(self) -> str:
        """The civil number as screens show it."""
        return masked(self.civil_number)
