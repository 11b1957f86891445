"""Papers, remarks and the conversation of a case: everything on the record, nothing overwritten."""

import datetime as dt

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Max

from municipality.actor import Actor
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Document, Remark, Said
from municipality.documents.models import StoredFile
from municipality.history.actions import record
from municipality.reach import acting
from municipality.words import Text

MAX_SAID, MAX_REMARK = 4000, 2000
EMPTY = Text("اكتب رسالتك أولًا.", "Write your message first.")
TOO_LONG = Text(
    "الرسالة أطول من {most} حرف.", "The message has more than {most} characters."
).with_values(most=MAX_SAID)
NO_SUCH_PAPER = Text("اختر نوع المستند.", "Choose the kind of paper.")
CLOSED = Text("أُغلقت المعاملة.", "The case is closed.")


class NotSaid(Exception):
    """The line was not taken; ``words`` says why."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@acting
def say(*, case_id: int, text: str, by: Actor, from_municipality: bool, at: dt.datetime) -> Said:
    """Add one line to the conversation; raises NotSaid for an empty, a long or a late one."""
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.closed_at is not None:
        raise NotSaid(CLOSED)
    if not text.strip():
        raise NotSaid(EMPTY)
    if len(text) > MAX_SAID:
        raise NotSaid(TOO_LONG)
    said = Said.objects.create(
        case=case, from_municipality=from_municipality, name=by.name, text=text.strip(), at=at
    )
    record(stream=case.stream, act="say", by=by, at=at, facts={"said": said.pk})
    return said


@acting
def attach(*, case_id: int, kind: str, file: StoredFile, by: Actor, at: dt.datetime) -> Document:
    """Add a version of a paper, from a file that has come through the gate of ``documents``.

    Raises NotSaid for a kind that the service does not take and for a closed case.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.closed_at is not None:
        raise NotSaid(CLOSED)
    if kind not in {paper.code for paper in machine_of(case.kind).papers}:
        raise NotSaid(NO_SUCH_PAPER)
    before = Document.objects.filter(case=case, kind=kind).aggregate(last=Max("version"))
    document = Document.objects.create(
        case=case, kind=kind, version=(before["last"] or 0) + 1, file=file,
        by_person_id=by.person_id, at=at,
    )  # fmt: skip
    facts = {
        "document": document.pk, "kind": kind, "version": document.version, "sha256": file.sha256,
    }  # fmt: skip
    record(stream=case.stream, act="attach", by=by, at=at, facts=facts)
    return document


@acting
def remark(
    *,
    case_id: int,
    text: str,
    about: Document | GEOSGeometry,
    by: Actor,
    at: dt.datetime,
) -> Remark:
    """Write a technical remark about a version of a paper or a METRIC place.

    Raises NotSaid for an empty or a long text.
    """
    if not text.strip():
        raise NotSaid(EMPTY)
    if len(text) > MAX_REMARK:
        raise NotSaid(TOO_LONG)
    case = Case.objects.select_for_update().get(pk=case_id)
    made = Remark(case=case, text=text, by_person_id=by.person_id or 0, at=at)
    if isinstance(about, Document):
        made.document = about
    else:
        made.place = about
    made.save()
    record(stream=case.stream, act="remark", by=by, at=at, facts={"remark": made.pk, "text": text})
    return made


@acting
def settle_remark(*, remark_id: int, by: Actor, at: dt.datetime) -> None:
    """Mark a remark as answered."""
    found = Remark.objects.select_for_update().select_related("case").get(pk=remark_id)
    if found.settled_at is None:
        found.settled_at, found.settled_by_id = at, by.person_id
        found.save(update_fields=["settled_at", "settled_by"])
        record(
            stream=found.case.stream, act="settle_remark", by=by, at=at, facts={"remark": found.pk}
        )
