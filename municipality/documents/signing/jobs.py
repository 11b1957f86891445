"""What the worker does for the stamp: fresh revocation lists, and the archived copies."""

import logging

from django.utils import timezone

from municipality.conf import PROFILE
from municipality.documents.signing.archive import keep_archive, waiting_for_archive
from municipality.documents.signing.folder import the_folder
from municipality.documents.signing.revoking import renew_list
from municipality.words import Text

AT_ONCE = 50
log = logging.getLogger("municipality.documents")


class NotArchived(RuntimeError):
    """Some papers have no archived copy yet: shown on the page of jobs until they have."""


def renew_revocation_list() -> bool:
    """Sign the test authority's list anew; False where the authority is another's."""
    municipality = Text(PROFILE.municipality_ar, PROFILE.municipality_en)
    return renew_list(the_folder(), municipality=municipality, at=timezone.now())


def keep_archives() -> int:
    """Make the archived copies that are missing; returns how many.

    One that cannot be made holds up no other; raises NotArchived at the end.
    """
    made, failed = 0, 0
    for paper in waiting_for_archive(AT_ONCE):
        try:
            keep_archive(of=paper, at=timezone.now())
            made += 1
        except Exception:  # of the chain, an authority that is away, a file that is gone
            failed += 1
            log.exception("no archived copy of %s", paper)
    if failed:
        raise NotArchived(f"{failed} of {failed + made} papers have no archived copy")
    return made
