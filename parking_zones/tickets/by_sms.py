"""A ticket by short message: ``1111 ب 60`` to the short code (شراء تذاكر المواقف بالرسائل).

The router gives each message once and keeps what is done with it in one transaction.  Nothing is
sold here: the request is written down, and its operator is asked (``charging``), whose answer
becomes the reply.  What cannot be sold is said at once.  A sender learns of their own tickets
alone; another telephone's for the same vehicle is neither told nor extended (guards.md threats 9
and 16).
"""

from municipality.cases.queries import ASKS_FOR_A_CASE
from municipality.notices.inbound import Awaited, InboundText, Reply
from municipality.people.models import User
from municipality.problems import Problem
from municipality.words import Text
from parking_zones.tickets.actions import Buyer, Channel, Wanted, ask
from parking_zones.tickets.notices import TOLD
from parking_zones.tickets.operator import operator
from parking_zones.tickets.quotes import terms_of
from parking_zones.tickets.sms_text import MINUTES_UNREAD, TicketMistake, TicketText, read_ticket
from parking_zones.zones.book import zone_book
from parking_zones.zones.queries import city_time

NO_OPERATOR = Text(
    "شراء التذاكر بالرسائل غير متاح الآن. اشترِ تذكرتك من الموقع.",
    "Tickets by SMS cannot be bought now. Please buy yours on the web site.",
)

USUAL_STEP, USUAL_MOST = 30, 300  # to know a ticket's text by, where no terms are in force


def _told(sentence: Text, text: InboundText) -> Reply:
    return Reply(TOLD.code, {"sentence": sentence.in_language(text.language)})


def buy(text: InboundText) -> Reply | Awaited | None:
    """Take a message that asks for a ticket; None: it does not.

    The stay begins when the message came in.
    """
    try:
        terms = terms_of(zone_book(), None, day=city_time(text.at).date())
    except Problem as gap:
        asks = read_ticket(text.text, step=USUAL_STEP, most=USUAL_MOST) is not None
        return _told(gap.detail, text) if asks else None
    found = read_ticket(text.text, step=terms.step, most=terms.most)
    if found is None:
        return None
    if isinstance(found, TicketMistake):
        if found.fault == MINUTES_UNREAD and ASKS_FOR_A_CASE & set(text.folded.split()):
            return None  # "1234 my case": the number of a case, whatever plate it spells
        return _told(found.sentence, text)
    if operator() is None:
        return _told(NO_OPERATOR, text)
    return _ask(found, text)


def _ask(found: TicketText, text: InboundText) -> Reply | Awaited:
    holder = User.objects.filter(phone=text.sender, is_active=True).first()  # unique
    buyer = Buyer(text.sender, text.language, person_id=None if holder is None else holder.pk)
    wanted = Wanted(found.plate, found.minutes, found.zone_number)
    try:
        ask(wanted=wanted, buyer=buyer, channel=Channel.SMS, key=f"sms/{text.id}", at=text.at)
    except Problem as refused:
        return _told(refused.detail, text)
    return Awaited()
