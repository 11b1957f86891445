"""What the desk looks for: a text, a kind, a zone, a state; the page and its file ask the same."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from municipality.digits import western
from municipality.phones import NotAPhone, masked, phone
from parking_zones.parking_permits.holders import held_by_phone
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.parking_permits.queries import numbered
from parking_zones.parking_permits.words import Standing
from parking_zones.plates import NotAPlate, read_plate

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for; what is empty is not asked."""

    q: str = ""
    kind: str = ""
    zone: str = ""
    standing: str = ""

    def __bool__(self) -> bool:
        return any((self.q, self.kind, self.zone, self.standing))

    @property
    def what(self) -> str:
        """What the text is taken for: a phone, a plate, a permit, a plot; empty without one."""
        return _meant(self.q)[0] if self.q else ""

    @property
    def on_the_record(self) -> dict[str, Any]:
        """What the history keeps of the look: a telephone is masked in it."""
        told = masked(phone(western(self.q))) if self.what == "phone" else self.q
        facts = {"by": self.what or "filter", "text": told}
        more = {name: value for name, value in asdict(self).items() if value and name != "q"}
        return facts | more


def looked_for(request: HttpRequest) -> Looked:
    """Read what a form looks for."""

    def told(name: str) -> str:
        return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]

    return Looked(told("q"), told("kind"), western(told("zone")), told("standing"))


def _meant(text: str) -> tuple[str, Q]:
    """Tell what a text is (phone, plate, permit, plot), and which permits it asks for."""
    plain = western(text).strip()
    if (permits := numbered(plain)) is not None:
        return "permit", Q(pk__in=permits)
    try:
        return "phone", held_by_phone(phone(plain))
    except NotAPhone:
        pass
    try:
        plate = read_plate(text).key
    except NotAPlate:
        return "plot", Q(plot_number__iexact=plain) | Q(number__iexact=plain)
    return "plate", Q(vehicles__plate_key=plate)


def _standing(standing: str, on: dt.date) -> Q:
    """Return the permits of a state on a day; none for a word that is no state."""
    if standing == Standing.TO_COME:
        return Q(starts_on__gt=on, ends_on__gt=on)
    if standing == Standing.VALID:
        return Q(starts_on__lte=on, ends_on__gt=on)
    if standing not in (Standing.OVER, Standing.ENDED):
        return Q(pk=None)
    return Q(ends_on__lte=on, ended_at__isnull=standing == Standing.OVER)


def permits_found(looked: Looked, *, on: dt.date) -> QuerySet[ParkingPermit]:
    """Return the permits looked for, the one that ends last first; all for nothing looked for."""
    rows = ParkingPermit.objects.select_related("zone", "bay")
    if looked.q:
        rows = rows.filter(_meant(looked.q)[1])
    if looked.kind:
        rows = rows.filter(kind=looked.kind)
    if looked.zone:
        rows = rows.filter(zone__number=looked.zone)
    if looked.standing:
        rows = rows.filter(_standing(looked.standing, on))
    # A plate may stand twice in one permit's past, and the rows are still one each.
    return (
        ParkingPermit.objects.select_related("zone", "bay")
        .filter(pk__in=rows.order_by().values("pk"))
        .order_by("-ends_on", "-pk")
    )
