"""Papers, remarks and the conversation of a case: everything on the record, nothing overwritten."""

import datetime as dt

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Max

from municipality.actor import Actor
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Document, Remark, Said
from municipality.cases.rights import Side, side_of
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
ONLY_READS = Text(
    "تطّلع على هذه المعاملة ولا تكتب فيها.", "You read this case; you do not write in it."
)
SAID_ALREADY = Text("وصلت رسالتك هذه من قبل.", "This message has already arrived.")
CLOSED = Text("أُغلقت المعاملة.", "The case is closed.")


class NotSaid(Exception):
    """The line was not taken; ``words`` says why."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


def _open_for(case_id: int, by: Actor, *, at: dt.datetime) -> tuple[Case, Side]:
    """Lock a case that is still open to somebody who writes in it; raises NotSaid."""
    case = Case.objects.select_for_update().get(pk=case_id)
    side = side_of(case, by, at=at)
    if side is Side.NEITHER:
        raise NotSaid(ONLY_READS)
    if case.closed_at is not None:
        raise NotSaid(CLOSED)
    return case, side


@acting
def say(*, case_id: int, text: str, by: Actor, at: dt.datetime) -> Said:
    """Add one line to the conversation, on the side the actor is on.

    Raises NotSaid for an empty, a long or a late one, for the line said just before again (a
    form sent twice), and for whoever only reads the case.
    """
    case, side = _open_for(case_id, by, at=at)
    if not text.strip():
        raise NotSaid(EMPTY)
    if len(text) > MAX_SAID:
        raise NotSaid(TOO_LONG)
    last = case.conversation.order_by("-at", "-pk").first()
    if last is not None and (last.name, last.text) == (by.name, text.strip()):
        raise NotSaid(SAID_ALREADY)
    said = Said.objects.create(
        case=case, from_municipality=side is Side.MUNICIPALITY, name=by.name, text=text.strip(),
        at=at,
    )  # fmt: skip
    record(stream=case.stream, act="say", by=by, at=at, facts={"said": said.pk})
    return said


@acting
def attach(*, case_id: int, kind: str, file: StoredFile, by: Actor, at: dt.datetime) -> Document:
    """Add a version of a paper, from a file that has come through the gate of ``documents``.

    Raises NotSaid for a kind that the service does not take and for a closed case.
    """
    case, _ = _open_for(case_id, by, at=at)
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
    case, side = _open_for(case_id, by, at=at)
    if side is not Side.MUNICIPALITY:
        raise NotSaid(ONLY_READS)
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
