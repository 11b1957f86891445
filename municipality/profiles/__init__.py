"""A deployment is one city: its profile is a TOML file, read once when the process starts.

The profile says the metric system that every geometry is stored in, which systems are
accepted on input and by which pinned operation each is turned into it, the city's extent,
its languages, its currency and its calendar rules.  An unsound profile stops the start.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
ANY_COIN = (100_000, 50_000, 20_000, 10_000, 5_000, 1_000, 500, 100, 50, 10, 5, 1)


class ProfileError(ValueError):
    """The profile cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Operation:
    """How coordinates of one input system become coordinates of the city's metric system.

    ``pipeline`` takes x, y (or lon, lat in degrees) in that order and gives metres in
    ``metric_srid``; ``accuracy_m`` is the operation's own accuracy, part of every answer.
    """

    srid: int
    name_ar: str
    name_en: str
    operation: str
    accuracy_m: float
    pipeline: str
    geographic: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """The city as data."""

    code: str
    name_ar: str
    name_en: str
    municipality_ar: str
    municipality_en: str
    metric_srid: int
    extent: tuple[float, float, float, float]  # west, south, east, north in degrees
    centre: tuple[float, float]
    time_zone: ZoneInfo
    languages: tuple[str, ...]
    country: str  # ISO 3166, for telephone numbers; empty: written with their country code
    currency: str
    currency_exponent: int
    systems: dict[int, Operation]
    themes: dict[str, dict[str, Any]]
    calendar: dict[str, Any]
    map: dict[str, Any]
    denominations_baisa: tuple[int, ...]  # notes and coins of a drawer, the largest first
    contact_phone: str  # of the contact centre, as people dial it; empty: none is known


def _operation(row: dict[str, Any], path: Path) -> Operation:
    try:
        return Operation(
            srid=int(row["srid"]),
            name_ar=row["name_ar"],
            name_en=row["name_en"],
            operation=row["operation"],
            accuracy_m=float(row["accuracy_m"]),
            pipeline=" ".join(row["pipeline"].split()),
            geographic=bool(row.get("geographic", False)),
        )
    except KeyError as missing:
        raise ProfileError(f"{path}: an input system lacks {missing}") from None


def _sound(profile: Profile, path: Path) -> Profile:
    west, south, east, north = profile.extent
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ProfileError(f"{path}: extent is west, south, east, north in degrees")
    if not (west <= profile.centre[0] <= east and south <= profile.centre[1] <= north):
        raise ProfileError(f"{path}: centre lies outside the extent")
    return profile


def load(city: str) -> Profile:
    """Read a profile by name (``muscat``) or by the path of a TOML file; raises ProfileError."""
    path = Path(city) if city.endswith(".toml") else HERE / f"{city}.toml"
    if not path.is_file():
        raise ProfileError(f"no city profile at {path}")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        systems = [_operation(row, path) for row in data["systems"]]
        profile = Profile(
            code=data["code"],
            name_ar=data["name_ar"],
            name_en=data["name_en"],
            municipality_ar=data["municipality_ar"],
            municipality_en=data["municipality_en"],
            metric_srid=int(data["metric_srid"]),
            extent=tuple(data["extent"]),
            centre=tuple(data["centre"]),
            time_zone=ZoneInfo(data["time_zone"]),
            languages=tuple(data["languages"]),
            country=data.get("country", ""),
            currency=data["currency"],
            currency_exponent=int(data["currency_exponent"]),
            systems={row.srid: row for row in systems},
            themes=data.get("themes", {}),
            calendar=data.get("calendar", {}),
            map=data.get("map", {}),
            denominations_baisa=tuple(data.get("money", {}).get("denominations_baisa", ANY_COIN)),
            contact_phone=str(data.get("contact_phone", "")),
        )
    except KeyError as missing:
        raise ProfileError(f"{path}: lacks {missing}") from None
    return _sound(profile, path)
