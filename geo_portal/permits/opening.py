"""What an office asks for when it opens an application: read the same from form and from JSON."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from municipality.digits import western
from municipality.names import tidy
from municipality.phones import NotAPhone, phone
from municipality.problems import bad_value
from municipality.words import Text
from plots.building_permits.actions import WHICH_PERMIT, Owner
from plots.building_permits.api import plots_asked
from plots.building_permits.changes import plots_of_permit
from plots.building_permits.models import BuildingPermit, Work
from plots.building_permits.register import permit_numbered
from plots.building_permits.works import NEEDS

LONGEST_NAME = 150
CIVIL_NUMBER = re.compile(r"[0-9]{6,9}")  # 8 as a rule; no check digit is published
NOT_A_PHONE = Text("ليس رقم هاتف.", "Not a telephone number.")
NOT_A_CIVIL_NUMBER = Text(
    "الرقم المدني من 6 إلى 9 أرقام، أو يُترك فارغًا.",
    "A civil number is 6 to 9 digits, or is left empty.",
)
NAME_TOO_LONG = Text(
    "اسم المالك أطول من {most} حرفًا.", "The owner's name has more than {most} letters."
).with_values(most=LONGEST_NAME)
NO_PERMIT = Text("لا توجد إباحة بالرقم {number}.", "There is no permit {number}.")
NAME_A_PLOT = Text(
    "اختر القطعة على الخريطة أو اكتب رقمها.", "Choose the plot on the map, or type its number."
)
NO_GROUND = Text(
    "لا قطعة في السجل اليوم على أرض هذه الإباحة؛ اكتب رقمها.",
    "No plot of today's register lies on the ground of this permit; type its number.",
)


def owner_told(told: Mapping[str, str], fields: Mapping[str, str]) -> Owner:
    """Read the owner as an office names them; raises Problem 422 at one of the fields.

    ``told`` holds name, phone, civil_number, language; ``fields`` what each is called there.
    """
    name, number = tidy(told.get("name", "")), told.get("phone", "").strip()
    if len(name) > LONGEST_NAME:
        raise bad_value(fields["name"], NAME_TOO_LONG)
    try:
        number = phone(number) if number else ""
    except NotAPhone:
        raise bad_value(fields["phone"], NOT_A_PHONE) from None
    civil_number = western(told.get("civil_number", "")).strip()
    if civil_number and not CIVIL_NUMBER.fullmatch(civil_number):
        raise bad_value(fields["civil_number"], NOT_A_CIVIL_NUMBER)
    return Owner(name, number, civil_number, "en" if told.get("language") == "en" else "ar")


@dataclass(frozen=True, slots=True)
class Ground:
    """The plots of an application, and the permit that it changes."""

    plot_ids: tuple[int, ...]
    permit: BuildingPermit | None


def ground_asked(work: Work, plots: object, number: str, *, on: dt.date) -> Ground:
    """Find the permit by its number in any digits and the plots, which it says where none are.

    ``plots`` is what ``plots_asked`` reads, or nothing.  Raises Problem 422.
    """
    changes = NEEDS[work].changes
    permit = permit_numbered(number) if changes else None
    if changes and number.strip() and permit is None:
        raise bad_value("permit", NO_PERMIT.with_values(number=number.strip()[:40]))
    if plots:
        return Ground(tuple(one.plot_id for one in plots_asked(plots, on=on)), permit)
    if permit is None:
        raise bad_value(*("permit", WHICH_PERMIT) if changes else ("plot", NAME_A_PLOT))
    ids = tuple(plots_of_permit(permit, on=on))
    if not ids:
        raise bad_value("plot", NO_GROUND)
    return Ground(ids, permit)
