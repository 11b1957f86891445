"""Import of reports (311 exports and the like), declared to the import engine."""

import datetime as dt
import hashlib
import re

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from municipality.importing.fields import Field, Kind
from municipality.importing.placing import place
from municipality.importing.rows import Rows, as_array, mask_of
from municipality.importing.spec import POINT, Importer, Job, NoSwap
from municipality.importing.values import by_unique
from municipality.names import fold
from municipality.words import Text
from observations.reports import import_swap
from observations.reports.models import Category, Channel, Status

MAX_NEW_CATEGORIES = 500  # more is not a list of categories but a column of something else
CLOCKS_DIFFER = dt.timedelta(hours=26)  # a time without a zone may be this far in the future

STATUS_WORDS = {
    "new": "new",
    "جديد": "new",
    "open": "new",
    "received": "new",
    "submitted": "new",
    "unspecified": "new",
    "referred": "referred",
    "محال": "referred",
    "assigned": "referred",
    "forwarded": "referred",
    "in_progress": "in_progress",
    "in progress": "in_progress",
    "قيد التنفيذ": "in_progress",
    "pending": "in_progress",
    "started": "in_progress",
    "acknowledged": "in_progress",
    "closed": "closed",
    "مغلق": "closed",
    "resolved": "closed",
    "completed": "closed",
    "fixed": "closed",
    "done": "closed",
    "rejected": "rejected",
    "مرفوض": "rejected",
    "cancelled": "rejected",
    "canceled": "rejected",
    "duplicate": "rejected",
    "invalid": "rejected",
}
CHANNEL_WORDS = {
    "app": "app",
    "mobile": "app",
    "mobile app": "app",
    "التطبيق": "app",
    "ios": "app",
    "android": "app",
    "portal": "portal",
    "online": "portal",
    "web": "portal",
    "self service": "portal",
    "website": "portal",
    "البوابة": "portal",
    "phone": "phone",
    "call": "phone",
    "مركز الاتصالات": "phone",
    "voicemail": "phone",
    "call center": "phone",
    "sms": "sms",
    "text": "sms",
    "رسالة قصيرة": "sms",
    "email": "email",
    "e-mail": "email",
    "بريد إلكتروني": "email",
    "letter": "email",
    "fax": "email",
    "staff": "staff",
    "driver self report": "staff",
    "inspector": "staff",
    "field": "staff",
    "موظف ميداني": "staff",
    "partner": "partner",
    "council's office": "partner",
    "radio": "staff",
    "twitter": "partner",
    "hall": "hall",
    "walk-in": "hall",
    "صالة": "hall",
    "counter": "hall",
    "unknown": "unknown",
    "other": "unknown",
}

FIELDS = (
    Field(
        "external_id",
        (
            "external_id",
            "unique_key",
            "srnumber",
            "sr_number",
            "service_request_id",
            "request_id",
            "case_id",
            "case_enquiry_id",
            "ticket_id",
            "ticket",
            "id",
            "pk",
            "key",
            "رقم البلاغ",
        ),
        longest=120,
        is_key=True,
    ),
    Field(
        "category",
        (
            "category",
            "type",
            "complaint_type",
            "requesttype",
            "request_type",
            "service_name",
            "issue_type",
            "service",
            "service_code",
            "subject",
            "التصنيف",
            "النوع",
        ),
        longest=160,
        missing="category_missing",
    ),
    Field(
        "reported_at",
        (
            "reported_at",
            "created",
            "created_at",
            "createddate",
            "created_date",
            "requested_datetime",
            "opened",
            "open_dt",
            "opened_at",
            "date",
            "datetime",
            "timestamp",
            "reported",
            "التاريخ",
        ),
        Kind.TIME,
        missing="date_missing",
    ),
    Field(
        "closed_at",
        ("closed_at", "closeddate", "closed_date", "closed_dt", "closed", "resolved_at"),
        Kind.TIME,
    ),
    Field("status", ("status", "state", "الحالة"), Kind.WORD, words=STATUS_WORDS, default="new"),
    Field(
        "channel",
        ("channel", "requestsource", "open_data_channel_type", "request_source", "القناة"),
        Kind.WORD,
        words=CHANNEL_WORDS,
        default="unknown",
    ),
    Field("severity", ("severity", "priority", "الأولوية"), Kind.WHOLE, most=4),
    Field("accuracy_m", ("accuracy_m", "accuracy"), Kind.NUMBER, most=100_000),
    Field(
        "address",
        ("address", "incident_address", "address_string", "street_address", "العنوان"),
        longest=300,
    ),
    Field("source", ("source", "المصدر"), longest=120),
)


def slug(words: str) -> str:
    """Make a code of a category's words; Arabic ones get a code of their digest."""
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:70]
    return plain or f"guest_{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _categories(rows: Rows) -> None:
    """Find each category, by code or name; what is not known becomes a guest category."""
    known: dict[str, str] = {}
    for category in Category.objects.all():
        for name in (category.code, category.name_ar, category.name_en):
            known.setdefault(fold(name).replace("_", " "), category.code)
    column = rows.values["category"]
    found = by_unique(
        column, lambda t: known.get(fold(t).replace("_", " ")) if t else None, pa.large_string()
    )
    lost = mask_of(column.is_valid()) & ~mask_of(found.is_valid()) & rows.good
    guests = pc.unique(column.filter(pa.array(lost))).to_pylist()
    if len(guests) > MAX_NEW_CATEGORIES:
        raise NoSwap(
            "too_many_categories",
            Text(
                f"في عمود التصنيف {len(guests)} تصنيفًا غير معروف؛ لعله ليس عمود التصنيف.",
                f"The category column holds {len(guests)} unknown categories; it is probably another column.",
            ),
        )
    rows.mark("new_category", lost)
    own = by_unique(column, lambda t: slug(t) if t else None, pa.large_string())
    rows.values["category_code"] = as_array(pc.coalesce(found, own))


def _identity(rows: Rows) -> None:
    """A report without an id is known by what it says; the same words again are another report."""
    ids = rows.values["external_id"].to_pylist()
    bare = [row for row, key in enumerate(ids) if key is None]
    if not bare:
        return
    seen: dict[str, int] = {}
    parts = [rows.values[n].to_pylist() for n in ("category", "reported_at", "address")]
    points = shapely.to_wkb(rows.shapes, hex=True)
    for row in bare:
        said = "|".join(str(part[row]) for part in parts) + f"|{points[row]}"
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        seen[digest] = seen.get(digest, 0) + 1
        ids[row] = f"content:{digest}:{seen[digest]}"
    rows.values["external_id"] = pa.array(ids, pa.large_string())


def _numbers(column: pa.Array, codes: type[Status] | type[Channel]) -> pa.Array:
    numbers = {member.name.lower(): int(member.value) for member in codes}
    return by_unique(column, lambda t: numbers.get(t or ""), pa.int64())


def prepare(rows: Rows, job: Job) -> None:
    """The checks of reports: identity, category, times, the wilayat of the point."""
    with rows.check("times"):
        late = pc.greater(
            rows.values["reported_at"], pa.scalar(job.at + CLOCKS_DIFFER, pa.timestamp("us", "UTC"))
        )
        rows.mark("future_date", mask_of(late))
    with rows.check("categories"):
        _categories(rows)
    with rows.check("identity"):
        _identity(rows)
    with rows.check("places"):
        place(rows, on=job.on)
    values = rows.values
    values["status"] = _numbers(values["status"], Status)
    values["channel"] = _numbers(values["channel"], Channel)
    values["severity"] = as_array(values["severity"].fill_null(0))
    values["address"] = as_array(values["address"].fill_null(""))
    name = job.name.rsplit(".", 1)[0][:120]
    values["source"] = as_array(values["source"].fill_null(name))


OBSERVATIONS = Importer(
    kind="observations",
    title=Text("الملاحظات", "Observations"),
    shape=POINT,
    fields=FIELDS,
    staged=import_swap.STAGED,
    prepare=prepare,
    swap=import_swap.swap,
    layer_hints=("observations", "reports", "requests"),
    osm_layer="points",
    key="external_id",
    unique_shapes=False,
)

__all__ = ["OBSERVATIONS"]
