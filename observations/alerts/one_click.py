"""The link in a mail about areas that ends such mails by one click (RFC 8058, decision 0089).

It is signed and names whose mail it stood in and the last of what that mail told of: it ends that,
and neither another's nor what somebody has followed since.  It does not grow old: a mail that is
found again after a year can still be ended.
"""

from collections.abc import Sequence

from django.core import signing
from django.db.models import QuerySet

from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text
from observations.alerts.models import AreaAlert

SALT = "observations.alerts.one_click"
NOT_OURS = Text("الرابط غير صحيح أو ناقص.", "This link is wrong or not whole.")


def stop_link(told: Sequence[AreaAlert], *, page: str) -> str:
    """Return the address, below ``page``, that ends what one mail to one person told of."""
    (person_id,) = {one.person_id for one in told}
    token = signing.dumps({"p": person_id, "l": max(one.pk for one in told)}, salt=SALT)
    return f"{page}stop/{token}/"


def _told_of(token: str) -> QuerySet[AreaAlert]:
    """Return what a link ends of what is still followed; raises Problem 404 for any other text."""
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Problem(404, "not_found", NOT_OURS) from None
    return AreaAlert.objects.filter(person=told["p"], pk__lte=told["l"])


@acting
def is_followed(token: str) -> bool:
    """Tell whether a link has anything left to end; raises Problem 404 where it is none of ours."""
    return _told_of(token).exists()


@acting
def stop_by_link(token: str) -> int:
    """End what the mail of a link told of; returns how many, 0 where it was ended before.

    Whoever holds the link may: it was in their mail.  Raises Problem 404 where it is none of ours.
    """
    return _told_of(token).delete()[0]
