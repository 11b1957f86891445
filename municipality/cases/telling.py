"""Who hears of a move: one message a party and step, in the party's language.

Since March 2009 owner and consultancy office follow their transaction step by step by SMS; the
wording of each edge and part is a template named ``<kind>.<edge>.<part>``.
"""

import datetime as dt

from django.conf import settings

from municipality.cases.kinds import machine_of, machines
from municipality.cases.machine import APPLICANT, FORMER_OWNER, OWNER, Edge
from municipality.cases.models import Case, Party
from municipality.cases.rights import delegates_now
from municipality.conf import PROFILE
from municipality.notices.outbox import Recipient, queue

LONGEST_TEXT = 60  # of a remark in a message; the page shows all of it


def template_codes() -> set[str]:
    """Return the code of every template that the machines of the city need."""
    return {
        f"{machine.kind}.{edge.name}.{part}"
        for machine in machines()
        for edge in machine.edges
        for part in edge.tells
    }


def case_link(case: Case, *, language: str) -> str:
    """Return the address of a case's page, for messages: from settings, never from a request."""
    start = "" if language == "ar" else "/en"
    return f"{settings.GEO_PUBLIC_URL}{start}/cases/{case.public_id}/"


def day_text(moment: dt.datetime | None) -> str:
    """Write the day of a moment in the city, day first as the municipality writes it."""
    return "-" if moment is None else moment.astimezone(PROFILE.time_zone).strftime("%d/%m/%Y")


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Write a text in one line of so many letters, with a mark where it was cut."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= longest else f"{one_line[: longest - 1]}…"


def _hearers(case: Case, edge: Edge, *, at: dt.datetime) -> list[tuple[Party, str]]:
    """Return who hears of a move, and as whom.

    Delegates hear what their applicant hears, and who gives a permit up what its owner hears.
    """
    heard = [(party, party.role) for party in case.parties.all() if party.role in edge.tells]
    if APPLICANT in edge.tells:
        heard += [(party, APPLICANT) for party in delegates_now(case, at=at)]
    if OWNER in edge.tells:
        heard += [(party, OWNER) for party in case.parties.all() if party.role == FORMER_OWNER]
    return sorted(heard, key=lambda one: (edge.tells.index(one[1]), one[0].pk))


def tell(case: Case, edge: Edge, *, text: str, at: dt.datetime) -> None:
    """Queue the messages of a move that has just been made, inside its transaction."""
    if not edge.tells:
        return
    told: set[tuple[str, str]] = set()
    machine = machine_of(case.kind)
    words = machine.words(case) if machine.words is not None else {}
    for party, part in _hearers(case, edge, at=at):
        address = (party.phone, party.email)
        if address in told or address == ("", ""):
            continue
        told.add(address)
        state = machine.state(case.state)
        queue(
            template=f"{case.kind}.{edge.name}.{part}",
            to=Recipient(
                phone=party.phone, email="" if party.phone else party.email,
                language=party.language, person_id=party.person_id,
            ),
            values={
                "number": case.number, "stage": state.name.in_language(party.language),
                "due": day_text(case.due_at or case.expires_at), "text": shortened(text),
                "link": case_link(case, language=party.language), "plot": case.plot_number,
                **{name: said.in_language(party.language) for name, said in words.items()},
            },
            key=f"case/{case.pk}/{case.moves}/{party.pk}",
            at=at,
            about=case.stream,
        )  # fmt: skip
