"""What goes along with every step of a report's case: its own status, and who follows it."""

import datetime as dt
from collections.abc import Mapping

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.cases.telling import case_link, shortened
from municipality.city_time import city_day
from municipality.notices.outbox import Recipient, queue
from municipality.people.models import User
from municipality.words import Text
from observations.reports.models import Follower, Observation, Status, Submission

# What each stage is in the numbers of the heat index (decision 0008): the rest keep theirs.
STATUS_OF = {
    "received": Status.NEW,
    "assigned": Status.REFERRED,
    "forwarded": Status.REFERRED,
    "planned": Status.IN_PROGRESS,
    "in_progress": Status.IN_PROGRESS,
    "reopened": Status.IN_PROGRESS,
    "resolved": Status.CLOSED,
    "closed": Status.CLOSED,
    "rejected": Status.REJECTED,
    "duplicate": Status.REJECTED,
    "not_ours": Status.REJECTED,
    "withdrawn": Status.REJECTED,
}
ENDED = frozenset({Status.CLOSED, Status.REJECTED})
OFFICERS = frozenset({"agent", "department", "supervisor"})
NO_DEPARTMENT = Text("اختر الدائرة المختصة أولًا.", "Choose the department first.")
NO_DAY = Text("حدّد يوم العمل أولًا.", "Set the day of the work first.")
NOBODY_TO_ASK = Text(
    "جاءت من ملف، ولا صاحب لها يُسأل.", "It came from a file: there is nobody to ask."
)
DAY_PASSED = Text("يوم العمل مضى. حدّد يومًا آخر.", "The day of the work has passed; set another.")


def submission_of(case: Case) -> Submission:
    """Return what somebody sent, with the report it made."""
    return Submission.objects.select_related("observation__category").get(case=case)


def keep_status(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Let the report's status go along with its case; the heat index follows by its trigger."""
    found = submission_of(case).observation
    status = STATUS_OF.get(case.state, Status(found.status))
    found.status = status
    found.closed_at = (found.closed_at or at) if status in ENDED else None
    if found.first_answered_at is None and by.role in OFFICERS:
        found.first_answered_at = at
    found.due_at = case.due_at or found.due_at
    found.save(update_fields=["status", "closed_at", "first_answered_at", "due_at"])


def leave_directorate(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Let a report that a department gave back be nobody's until an agent has looked."""
    case.directorate = None
    case.save(update_fields=["directorate"])


def tell_followers(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Tell who follows a report that it was dealt with, or will not be."""
    submission = submission_of(case)
    if case.state == "duplicate" or submission.observation.status not in ENDED:
        return
    followers = Follower.objects.filter(observation=submission.observation)
    for follower in followers.select_related("person"):
        person = follower.person
        queue(
            template="observation.followed",
            to=Recipient(
                phone=person.phone or "", email="" if person.phone else person.email,
                language=person.language, person_id=person.pk,
            ),
            values={
                "number": case.number, "text": shortened(text),
                "link": case_link(case, language=person.language),
            },
            key=f"followed/{submission.observation_id}/{case.moves}/{person.pk}",
            at=at,
            about=case.stream,
        )  # fmt: skip


def words_of(case: Case) -> Mapping[str, Text]:
    """Return what the messages of a report name beside its number."""
    submission = submission_of(case)
    category, day = submission.observation.category, submission.planned_on
    planned = "-" if day is None else f"{day:%d/%m/%Y}"
    return {
        "category": Text(category.name_ar, category.name_en),
        "planned": Text(planned, planned),
    }


def why_not_assigned(case: Case, *, at: dt.datetime) -> Text | None:
    """Say why a report cannot go to its department: nobody has said which."""
    return None if case.directorate_id is not None else NO_DEPARTMENT


def why_not_asked(case: Case, *, at: dt.datetime) -> Text | None:
    """Say why nobody can be asked about a report: nobody is on it."""
    return None if case.parties.filter(role="applicant").exists() else NOBODY_TO_ASK


def why_not_planned(case: Case, *, at: dt.datetime) -> Text | None:
    """Say why the work cannot be planned: no day was set, or it has passed."""
    day = submission_of(case).planned_on
    if day is None:
        return NO_DAY
    return DAY_PASSED if day < city_day(at) else None


def is_marked_duplicate(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether it was said which earlier report this one repeats."""
    return Submission.objects.filter(case=case, duplicate_of__isnull=False).exists()


def follow(*, observation: Observation, person: User, at: dt.datetime) -> bool:
    """Let somebody follow a report; returns whether they did not already."""
    _, made = Follower.objects.get_or_create(
        observation=observation, person=person, defaults={"at": at}
    )
    return made
