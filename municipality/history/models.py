"""The table of history.  Rows are only ever added; the database numbers and chains them."""

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One act: who did what in which stream, with its facts, chained to the act before it.

    ``seq`` and ``hash`` are written by the database (``history_chain``): the hash covers every
    column and the hash of the entry before it in the same stream, so that a changed, removed,
    inserted or reordered row is found.  Writers of one stream wait for each other, and for no
    one else.
    """

    stream = models.CharField(max_length=80, help_text="case/…, bill/…, person/…, template/…")
    seq = models.PositiveIntegerField(default=0, editable=False)
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    act = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    hash = models.BinaryField(default=b"", editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stream", "seq"],
                name="history_one_entry_a_step",
                violation_error_message="This step of the stream is already written.",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="history_by_time"),
            models.Index(fields=["person_id", "at"], name="history_by_person"),
            models.Index(fields=["act", "at"], name="history_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq} {self.act}"


class Head(models.Model):
    """What the history was at one moment: a digest of all entries since the head before.

    Signed with a key that the database does not hold and copied to a file beside it, so that
    the last entries cannot be cut off unseen.
    """

    at = models.DateTimeField()
    first_tx = models.BigIntegerField(help_text="entries of transactions from this one …")
    before_tx = models.BigIntegerField(unique=True, help_text="… to the one before this")
    entries = models.PositiveIntegerField()
    digest = models.BinaryField()
    tails = models.JSONField(
        default=dict, help_text="last seq and hash of each stream written since"
    )
    signature = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"head before {self.before_tx}"
