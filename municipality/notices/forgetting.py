"""Forgetting whom we wrote to and who wrote to us, when the time of contact data is over."""

import datetime as dt

from municipality.notices.models import InboundMessage, InboundPart, Message


def forget_contacts(*, before: dt.datetime, at: dt.datetime) -> int:
    """Delete old texts of people and empty old messages of ours; returns how many rows.

    A message keeps its template, matter and states, so that the log of a case stays whole; who
    it went to and what it said are gone.  Called by ``documents.retention`` (wiring).
    """
    told = Message.objects.filter(queued_at__lt=before).exclude(to_address="")
    over = told.exclude(state__in=[Message.State.CREATED, Message.State.SENDING])
    emptied = over.update(
        to_address="", text="", subject="", values={}, stop_link="", person_id=None
    )
    InboundPart.objects.filter(at__lt=before).delete()
    deleted, _ = InboundMessage.objects.filter(at__lt=before).delete()
    return emptied + deleted
