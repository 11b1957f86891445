"""What the worker does for the stamp: keep the revocation list fresh."""

from django.utils import timezone

from municipality.conf import PROFILE
from municipality.documents.signing.folder import the_folder
from municipality.documents.signing.revoking import renew_list
from municipality.words import Text


def renew_revocation_list() -> bool:
    """Sign the test authority's list anew; False where the authority is another's."""
    municipality = Text(PROFILE.municipality_ar, PROFILE.municipality_en)
    return renew_list(the_folder(), municipality=municipality, at=timezone.now())
