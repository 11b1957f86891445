"""What a photo says of itself, as the sandbox read it; bytes are never looked at here."""

import datetime as dt
import math
from dataclasses import asdict, dataclass
from typing import Any

# A clock may be wrong by some hours, and a time without an offset by its zone.
CLOCKS_MAY_DIFFER = dt.timedelta(hours=24)


class NotSound(ValueError):
    """What is said is not what a photo can say: the child is broken, or was taken over."""


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Where and when a photo was taken, by its own account; None: it does not say so soundly.

    ``lon`` and ``lat`` are degrees of WGS 84, both or neither; ``error_m`` is the radius in
    metres that the device gave (GPSHPositioningError), ``fixed_at`` the time of the fix (aware,
    UTC).  ``taken_at`` is aware where the camera told its offset, else its local clock, naive:
    which zone that was, nobody said.  All of it is a claim of whoever sent the file.
    """

    lon: float | None = None
    lat: float | None = None
    error_m: float | None = None
    fixed_at: dt.datetime | None = None
    taken_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Raise NotSound for what no photo can say."""
        place = [value for value in (self.lon, self.lat) if value is not None]
        numbers = [*place, *([] if self.error_m is None else [self.error_m])]
        if not all(isinstance(value, float) and math.isfinite(value) for value in numbers):
            raise NotSound("no number")
        if len(place) == 1 or (not place and (self.error_m, self.fixed_at) != (None, None)):
            raise NotSound("half a position")
        if place and (abs(place[0]) > 180 or abs(place[1]) > 90):
            raise NotSound("nowhere on earth")
        if self.error_m is not None and self.error_m <= 0:
            raise NotSound("no error")
        if self.fixed_at is not None and self.fixed_at.tzinfo is None:
            raise NotSound("a fix without its zone")

    @classmethod
    def of_json(cls, said: Any) -> "PhotoFacts":
        """Take what the sandbox or a row says (None: nothing); raises NotSound."""
        if said is None:
            return NOTHING_SAID
        try:
            times = {
                name: dt.datetime.fromisoformat(said[name])
                for name in ("fixed_at", "taken_at")
                if name in said
            }
            return cls(**{**said, **times})
        except (TypeError, KeyError, ValueError) as error:
            raise NotSound(str(error)[:100]) from None

    def as_json(self) -> dict[str, float | str] | None:
        """Return what is said, for the row; None where nothing is."""
        return {
            name: value.isoformat() if isinstance(value, dt.datetime) else value
            for name, value in asdict(self).items()
            if value is not None
        } or None

    def as_received(self, at: dt.datetime) -> "PhotoFacts":
        """Leave out times that lie after the moment the photo came in."""
        latest = at + CLOCKS_MAY_DIFFER

        def possible(told: dt.datetime | None) -> dt.datetime | None:
            if told is None:
                return None
            return (
                told if (told if told.tzinfo else told.replace(tzinfo=dt.UTC)) <= latest else None
            )

        return PhotoFacts(
            self.lon, self.lat, self.error_m, possible(self.fixed_at), possible(self.taken_at)
        )


NOTHING_SAID = PhotoFacts()
