"""Papers, remarks and the conversation of a case: everything on the record, nothing overwritten."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max

from municipality.actor import Actor
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Document, Said
from municipality.cases.rights import Side, side_of
from municipality.documents.models import StoredFile
from municipality.history.actions import record
from municipality.reach import acting
from municipality.words import Text

MAX_SAID, LONGEST_SHEET = 4000, 60
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
NOT_NOW = Text(
    "لا يُرفق هذا المستند والمعاملة في مرحلة «{state}».",
    "This paper is not taken while the case is at the stage “{state}”.",
)


class NotSaid(Exception):
    """The line was not taken; ``words`` says why."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


def open_for(case_id: int, by: Actor, *, at: dt.datetime) -> tuple[Case, Side]:
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
    case, side = open_for(case_id, by, at=at)
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

    Raises NotSaid for a kind that the service does not take, at a stage at which it is not taken,
    and for a closed case.
    """
    return attach_sheet(case_id=case_id, paper=Sheet(kind), file=file, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which paper: its kind, and which of several of that kind (``A-101``)."""

    kind: str
    name: str = ""


@acting
def attach_sheet(
    *, case_id: int, paper: Sheet, file: StoredFile, by: Actor, at: dt.datetime
) -> Document:
    """Add a version of one of several papers of a kind; as ``attach``."""
    case, _ = open_for(case_id, by, at=at)
    machine = machine_of(case.kind)
    taken = next((one for one in machine.papers if one.code == paper.kind), None)
    if taken is None:
        raise NotSaid(NO_SUCH_PAPER)
    if taken.when and case.state not in taken.when:
        state = machine.state(case.state).name
        raise NotSaid(Text(NOT_NOW.ar.format(state=state.ar), NOT_NOW.en.format(state=state.en)))
    name = " ".join(paper.name.split())[:LONGEST_SHEET]
    same = Document.objects.filter(case=case, kind=paper.kind, sheet=name)
    document = Document.objects.create(
        case=case, kind=paper.kind, sheet=name, file=file, by_person_id=by.person_id, at=at,
        version=(same.aggregate(last=Max("version"))["last"] or 0) + 1,
    )  # fmt: skip
    facts = {
        "document": document.pk, "kind": paper.kind, "version": document.version,
        "sha256": file.sha256,
    }  # fmt: skip
    if name:
        facts["sheet"] = name
    record(stream=case.stream, act="attach", by=by, at=at, facts=facts)
    return document


def current_documents(case: Case) -> list[Document]:
    """Return the latest version of each paper of a case, by kind and sheet."""
    latest: dict[tuple[str, str], Document] = {}
    for row in case.documents.select_related("file").order_by("kind", "sheet", "version"):
        latest[row.kind, row.sheet] = row
    return list(latest.values())
