"""Ending all messages about areas by answering one: قف, stop."""

from municipality.names import fold
from municipality.notices.inbound import InboundText, Reply
from municipality.people.models import User
from observations.alerts.actions import leave_all
from observations.alerts.notices import STOPPED

WORDS = frozenset(fold(word) for word in ("قف", "إيقاف", "أوقف", "stop"))


def stop(text: InboundText) -> Reply | None:
    """End what the sender's number follows; the answer is the same where it follows nothing."""
    if text.folded.strip(" .!") not in WORDS:
        return None
    people = list(User.objects.filter(phone=text.sender).values_list("pk", flat=True))
    leave_all(people=people)
    return Reply(STOPPED.code, language=text.language)
