"""What a body outside is shown of a report: no contact of the sender, photos as far as allowed."""

import re
from typing import Literal

from observations.forwarding.models import Forwarding
from observations.reports.models import Photo, Submission

# A mailbox, or seven digits and more with what people write between them: telephones, civil
# numbers.  A meter's number goes with them; the officer writes it where the body needs it.
_CONTACT = re.compile(r"[^\s@]+@[^\s@]+|\+?\d(?:[ \-.()/]?\d){6,}")
HIDDEN = "[…]"


def without_contacts(text: str) -> str:
    """Return a sender's words with mailboxes and long numbers (any digits) taken out.

    >>> without_contacts("اتصلوا بي 9234 5678 أو a@b.om، الحفرة بعرض 40 سم")
    'اتصلوا بي […] أو […] الحفرة بعرض 40 سم'
    """
    return _CONTACT.sub(HIDDEN, text)


def photos_for(
    asked: Forwarding, submission: Submission
) -> list[tuple[Photo, Literal["public", "clean"]]]:
    """Return the sender's photos that a body sees, and which copy of each.

    Of what was released, the picture with its hidden parts; of the rest the clean copy, only
    where the officer said "as they are".  Hidden photos are nobody's outside, whatever was said.
    """
    rows = Photo.objects.filter(observation=submission.observation, of_the_work=False)
    found: list[tuple[Photo, Literal["public", "clean"]]] = []
    for row in rows.select_related("file").order_by("at", "pk"):
        if not row.file.may_be_opened or row.shown == Photo.Shown.HIDDEN:
            continue
        if row.shown == Photo.Shown.SHOWN:
            found.append((row, "public"))
        elif asked.with_photos:
            found.append((row, "clean"))
    return found
