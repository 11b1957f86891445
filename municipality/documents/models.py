"""The tables of documents: what the municipality issues, what people sent, how long it stays."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q

from municipality.documents.photo_facts import PhotoFacts


class RetentionClass(models.TextChoices):
    """What is kept for how long (``RetentionRule``)."""

    PLATES = "plates", "أرقام المركبات"
    CHECKS = "checks", "عمليات التفتيش"
    PHOTOS = "photos", "الصور"
    VOICE = "voice", "التسجيلات الصوتية"
    CONTACT_DATA = "contact_data", "بيانات الاتصال"
    CASE_FILES = "case_files", "ملفات المعاملات"


class IssuedPaper(models.Model):
    """A paper the municipality issued: its file by hash, and the facts anyone may check.

    Whoever holds the code sees ``facts`` on the verification page, so they hold nothing of a
    person that the paper itself does not show.
    """

    class State(models.TextChoices):
        """Whether the paper holds now."""

        VALID = "valid", "سارية"
        SUPERSEDED = "superseded", "حلت محلها وثيقة أحدث"
        REVOKED = "revoked", "ملغاة"

    code = models.CharField(max_length=28, unique=True, help_text="28 letters, 140 random bits")
    kind = models.CharField(max_length=40, help_text="plot_extract, receipt, permit, ...")
    number = models.CharField(max_length=40, help_text="as people read it out")
    sha256 = models.CharField(max_length=64, help_text="of the whole PDF")
    size = models.PositiveBigIntegerField()
    facts = models.JSONField(help_text="[{label: {ar, en}, value: {ar, en}}, ...]")
    about = models.CharField(max_length=80, help_text="case/42, bill/7")
    certificate_serial = models.CharField(
        max_length=40, blank=True, help_text="hexadecimal digits, of a stamped paper"
    )
    archive_sha256 = models.CharField(
        max_length=64, blank=True, help_text="of the copy with long-term evidence"
    )
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.VALID)
    reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="paper_ended_with_reason",
                condition=Q(state="valid", ended_at__isnull=True)
                | Q(~Q(reason=""), ~Q(state="valid"), ended_at__isnull=False),
                violation_error_message="A paper that no longer holds names why and since when.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["about", "issued_at"], name="paper_by_subject"),
            models.Index(fields=["sha256"], name="paper_by_file"),
            models.Index(
                fields=["issued_at"],
                condition=~Q(certificate_serial="") & Q(archive_sha256=""),
                name="paper_to_archive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class RevokedCertificate(models.Model):
    """A signing certificate that no longer holds, and since when; anyone may know.

    The authority's own list says the same to readers of PDFs; this says it on the verification
    page, whichever authority it was.
    """

    serial = models.CharField(max_length=40, unique=True, help_text="hexadecimal digits")
    since = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="certificate_revoked_for_a_reason",
                condition=~Q(reason=""),
                violation_error_message="A certificate is revoked for a reason.",
            ),
        ]

    def __str__(self) -> str:
        return self.serial


def new_file_id() -> str:
    """Make an unguessable id of 128 random bits, 22 letters."""
    return secrets.token_urlsafe(16)


class StoredFile(models.Model):
    """A file that a person sent: the original for staff, a clean copy for everybody else.

    The bytes lie in the content store under their hashes.  A row outlives its bytes
    (``removed_at``), because decisions are bound to its hash.
    """

    class Scan(models.TextChoices):
        """What the antivirus scanner said."""

        CLEAN = "clean", "سليم"
        INFECTED = "infected", "مصاب"
        UNSCANNED = "unscanned", "بانتظار الفحص"
        OFF = "off", "لا فاحص"

    public_id = models.CharField(max_length=22, unique=True, default=new_file_id, editable=False)
    name = models.CharField(max_length=150, help_text="as given, without control letters")
    kind = models.CharField(max_length=8, help_text="pdf, jpeg, png, heic, webp: by content")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    clean_kind = models.CharField(max_length=8)
    clean_sha256 = models.CharField(max_length=64)
    clean_size = models.PositiveBigIntegerField(help_text="bytes")
    pages = models.PositiveIntegerField()
    width = models.PositiveIntegerField(help_text="pixels, of photos")
    height = models.PositiveIntegerField()
    photo_facts = models.JSONField(
        null=True, blank=True, help_text="what a photo says of itself (PhotoFacts), where asked for"
    )
    scan = models.CharField(max_length=10, choices=Scan)
    malware = models.CharField(max_length=100, blank=True)
    about = models.CharField(max_length=80, blank=True, help_text="case/42")
    by_person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    retention = models.CharField(max_length=20, choices=RetentionClass)
    keep_from = models.DateTimeField(
        null=True, blank=True, help_text="when the time of keeping begins; none: not yet"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["about", "at"], name="file_by_subject"),
            models.Index(fields=["sha256"], name="file_by_digest"),
            models.Index(fields=["clean_sha256"], name="file_by_clean_digest"),
            models.Index(
                fields=["retention", "keep_from"],
                condition=Q(removed_at__isnull=True),
                name="file_by_retention",
            ),
            models.Index(
                fields=["at"], condition=Q(scan="unscanned"), name="file_waiting_for_scan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def may_be_opened(self) -> bool:
        """Whether anybody may open it: scanned where there is a scanner, and not removed."""
        return self.removed_at is None and self.scan in (self.Scan.CLEAN, self.Scan.OFF)

    @property
    def facts(self) -> PhotoFacts:
        """What the photo says of where and when it was taken; for staff and who sent it."""
        return PhotoFacts.of_json(self.photo_facts)


class Picture(models.Model):
    """A picture made of a photo for others: scaled down, with places made unreadable.

    Always a JPEG, in the content store under its hash.  Of one file and purpose one picture
    holds; that it was made otherwise before stays known, its bytes do not stay.
    """

    class Purpose(models.TextChoices):
        """What it is for."""

        SMALL = "small", "للقوائم"
        PUBLIC = "public", "للجمهور"

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="pictures")
    purpose = models.CharField(max_length=6, choices=Purpose)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField()
    hidden = models.JSONField(
        default=list,
        help_text="[[left, top, right, bottom], ...]: fractions of the upright picture",
    )
    by_person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="superseded or forgotten")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file", "purpose"],
                condition=Q(ended_at__isnull=True),
                name="one_picture_of_a_purpose",
            ),
            models.CheckConstraint(
                name="picture_has_pixels",
                condition=Q(width__gte=1, height__gte=1, size__gte=1),
                violation_error_message="A picture has pixels.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sha256"], condition=Q(ended_at__isnull=True), name="picture_by_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.sha256[:8]}"


class RetentionRule(models.Model):
    """How long the files and rows of one class stay; a job keeps it."""

    code = models.CharField(max_length=20, unique=True, choices=RetentionClass)
    keep_days = models.PositiveIntegerField()
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.code}: {self.keep_days}"
