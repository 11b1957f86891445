"""The tables of cases.  What happened to a case stands in ``history`` (stream ``case/<id>``)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import DateRangeField

from municipality import crs
from municipality.people.models import new_public_id


class Case(models.Model):
    """One transaction (معاملة): its kind, its state, its place, its clock.

    ``place`` is METRIC; ``plot_id`` and ``plot_version`` say which plot it fell in and which
    version of it was looked at.  ``moves`` counts the moves made: whoever moves names the
    count they saw, so a stale page never moves a case.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=20, unique=True, help_text="PX-2026-000123")
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    origin = models.CharField(max_length=40, blank=True, help_text="the state that asked")
    moves = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=200, blank=True, help_text="what it is about, in Arabic")

    place = models.GeometryField(srid=crs.METRIC, null=True, blank=True)
    plot_id = models.BigIntegerField(null=True, blank=True)
    plot_version = models.PositiveIntegerField(null=True, blank=True)
    plot_number = models.CharField(max_length=60, blank=True)
    wilayat = models.ForeignKey(
        "places.Wilayat", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.ForeignKey(
        "places.Area", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    directorate = models.ForeignKey(
        "places.Directorate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    opened_at = models.DateTimeField()
    entered_at = models.DateTimeField(help_text="when it came into its state")
    due_at = models.DateTimeField(null=True, blank=True)
    left_min = models.PositiveIntegerField(
        null=True, blank=True, help_text="minutes left when the applicant was asked"
    )
    round_the_clock = models.BooleanField(
        default=False, help_text="its due time counts every hour, not office hours"
    )
    escalated_at = models.DateTimeField(null=True, blank=True, help_text="of this breach")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="of a state that asks")
    closed_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=20, blank=True, help_text="the role it waits for")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["worker", "due_at"], name="case_work_list"),
            models.Index(fields=["due_at"], name="case_breaches"),
            models.Index(fields=["expires_at"], name="case_expiries"),
            models.Index(fields=["plot_id"], name="case_by_plot"),
            models.Index(fields=["kind", "state"], name="case_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """The stream of its history; also how bills, papers and messages name it."""
        return f"case/{self.pk}"


class Party(models.Model):
    """Someone on a case who is not staff: a person, an office, or a phone that gets messages."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=20, help_text="applicant, owner, office, payer, delegate")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consultancy = models.ForeignKey(
        "people.Consultancy", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=150)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="ar")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "role", "person"],
                name="party_once_a_role",
                violation_error_message="This person already has this part in the case.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["phone"], name="party_by_phone")]


class Document(models.Model):
    """One version of one paper of a case; a new version is a new row and needs new approvals.

    ``sheet`` tells several of a kind apart (A-101, A-102); empty where a case has one.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=40)
    sheet = models.CharField(max_length=60, blank=True)
    version = models.PositiveSmallIntegerField()
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "sheet", "version"],
                name="document_one_row_a_version",
                violation_error_message="This version of the paper is already there.",
            )
        ]


class Remark(models.Model):
    """A technical remark (ملاحظة فنية): tied to a version of a paper or to a place on the map.

    On a paper it may be pinned: ``page`` from 1, ``x`` and ``y`` as fractions of the page as it is
    seen, from its upper left corner.  ``stage`` is the state that made it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="remarks")
    stage = models.CharField(max_length=40, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT)
    page = models.PositiveIntegerField(null=True, blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    place = models.GeometryField(srid=crs.METRIC, null=True, blank=True)
    text = models.CharField(max_length=2000)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="remark_is_about_something",
                condition=models.Q(document__isnull=False) | models.Q(place__isnull=False),
                violation_error_message="A remark is about a version of a paper or about a place.",
            ),
            models.CheckConstraint(
                name="remark_is_pinned_to_a_page",
                condition=models.Q(page__isnull=True, x__isnull=True, y__isnull=True)
                | models.Q(
                    document__isnull=False, page__gte=1, x__gte=0, x__lte=1, y__gte=0, y__lte=1
                ),
                violation_error_message="A pin is on a page of a paper, inside it.",
            ),
        ]


class Said(models.Model):
    """One line of the conversation between applicant and municipality, on the record."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="conversation")
    from_municipality = models.BooleanField()
    name = models.CharField(max_length=150)
    text = models.CharField(max_length=4000)
    at = models.DateTimeField()


class SavedFilter(models.Model):
    """A work list's filter under a name; shared with the whole role or kept by one person."""

    role = models.CharField(max_length=20)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=400)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["role", "person", "name"],
                nulls_distinct=False,
                name="filter_one_of_a_name",
                violation_error_message="A filter of this name is already kept.",
            )
        ]


class Absence(models.Model):
    """Days on which an officer is away; what they had claimed goes to whom they name, or back."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    valid = DateRangeField()
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class Consultation(models.Model):
    """A question to a concerned body (جهة معنية), asked beside others and answered by a link.

    The unguessable ``public_id`` is the body's right to read and to answer.  Silence is a rule of
    its own: past ``due_at`` the case waits no longer, and the record says that no answer came.
    """

    class Answer(models.TextChoices):
        """What a body says."""

        CONSENT = "consent", "موافقة"
        CONDITIONS = "conditions", "موافقة بشروط"
        OBJECTION = "objection", "اعتراض"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consultations")
    stage = models.CharField(max_length=40)
    body = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    question = models.CharField(max_length=2000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer, blank=True)
    text = models.CharField(max_length=2000, blank=True)
    answered_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="consultation_answered_whole",
                condition=models.Q(answer="", answered_at=None)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                violation_error_message="An answer has its moment.",
            ),
            models.CheckConstraint(
                name="consultation_due_after_asked",
                condition=models.Q(due_at__gt=models.F("asked_at")),
                violation_error_message="The last day is after the question.",
            ),
        ]


class Meeting(models.Model):
    """A meeting about a case, asked for by either side and agreed on the record."""

    class State(models.TextChoices):
        """Where a meeting stands."""

        ASKED = "asked", "طُلب"
        AGREED = "agreed", "اتُّفق عليه"
        DECLINED = "declined", "اعتُذر عنه"
        HELD = "held", "عُقد"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="meetings")
    from_municipality = models.BooleanField()
    asked_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    purpose = models.CharField(max_length=500)
    wanted = models.CharField(max_length=200, help_text="the days and hours that suit who asks")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=2000, blank=True, help_text="why declined; what was agreed")
    answered_name = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="meeting_agreed_has_time_and_place",
                condition=~models.Q(state="agreed")
                | (models.Q(at__isnull=False) & ~models.Q(place="")),
                violation_error_message="An agreed meeting has a time and a place.",
            )
        ]
