"""Files by signed links: an attachment that is never shown inline and never kept on the way."""

from typing import BinaryIO

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from municipality.documents import store
from municipality.documents.files import ENDINGS, TYPES, download_name
from municipality.documents.links import Linked, read_link
from municipality.documents.pictures import open_picture, pictures_held
from municipality.people.access import ANYONE, not_found, open_to
from municipality.people.acting_person import is_staff
from municipality.people.models import User


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _may_have_original(person: User | None, linked: Linked) -> bool:
    """Originals are for the municipality's people and for whoever sent the file."""
    if person is None:
        return False
    return is_staff(person) or person.pk == linked.file.by_person_id


def _name(linked: Linked, kind: str) -> str:
    """Name what is saved; a picture for the public does not tell how its sender named the file."""
    if linked.copy in ("small", "public"):
        return f"photo.{ENDINGS[kind]}"
    return download_name(linked.file, kind)


def _opened(linked: Linked) -> tuple[BinaryIO, str]:
    """Open what a link leads to and say its kind; raises FileNotFoundError."""
    held = linked.file
    if linked.copy in ("small", "public"):
        picture = pictures_held([held], linked.copy).get(held.pk)
        if picture is None:
            raise FileNotFoundError(linked.copy)
        return open_picture(picture), "jpeg"
    if linked.copy == "original":
        return store.open_kept(held.sha256), held.kind
    return store.open_kept(held.clean_sha256), held.clean_kind


@require_safe
@open_to(ANYONE)
def file(request: HttpRequest, token: str) -> FileResponse:
    """Hand over the file of a link; altered, over, another's and unknown are one answer."""
    person = _person(request)
    linked = read_link(token, person_id=person.pk if person else None, at=timezone.now())
    if linked is None or (linked.copy == "original" and not _may_have_original(person, linked)):
        raise not_found()
    try:
        source, kind = _opened(linked)
    except FileNotFoundError:
        raise not_found() from None
    response = FileResponse(
        source, as_attachment=True, filename=_name(linked, kind), content_type=TYPES[kind]
    )
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response
