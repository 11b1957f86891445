"""When it was signed, by a time-stamp authority (RFC 3161): one over HTTP, or the local test one.

The local one is the same protocol in this process, on a key of its own: it proves the form, and
nothing about the time, since who signs also says when.  ``GEO_TSA_URL`` names a real one.
"""

import datetime as dt

from django.conf import settings
from pyhanko.keys import load_private_key_from_pemder
from pyhanko.sign.timestamps import DummyTimeStamper, HTTPTimeStamper, TimeStamper

from municipality.documents.signing.folder import Folder
from municipality.documents.signing.keystore import roots_of, time_certificate

SECONDS = 15


def time_stamper(folder: Folder, *, at: dt.datetime) -> TimeStamper:
    """Return who stamps the time; ``at`` is what the local one says.  Raises NoKey."""
    if settings.GEO_TSA_URL:
        return HTTPTimeStamper(settings.GEO_TSA_URL, timeout=SECONDS)
    return local_time_stamper(folder, at=at)


def local_time_stamper(folder: Folder, *, at: dt.datetime | None) -> TimeStamper:
    """Return the local test authority; without a time it reads the clock at each request."""
    return DummyTimeStamper(
        tsa_cert=time_certificate(folder),
        tsa_key=load_private_key_from_pemder(str(folder.time_key), passphrase=None),
        certs_to_embed=roots_of(folder),  # type: ignore[arg-type]  # a list is what it makes of it
        fixed_dt=at,
    )
