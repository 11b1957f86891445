"""Demo people: one sign-in a role, a second citizen and office to be turned away, two offices.

Numbers are made up: the demo never sends to an operator, its telephones are a page.
"""

import base64
import datetime as dt
import hashlib

from django.contrib.auth.hashers import make_password

from municipality.people.models import CitySetting, Consultancy, Membership, User
from municipality.people.offices import ALL, SWITCH
from municipality.people.roles import BY_CODE, CODES
from municipality.places.models import Directorate

PASSWORD = "demo"  # noqa: S105  (known on purpose; production refuses a demo database)
SALT = "demo-city-people"  # fixed, so that the same seed gives the same bytes
JOINED_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NAMES = {
    "citizen": ("سالم", "الحارثي"),
    "office": ("حمد", "الكلباني"),
    "registrar": ("مريم", "البلوشية"),
    "architect": ("خالد", "الهنائي"),
    "structural": ("أحمد", "الرواحي"),
    "approver": ("فاطمة", "الكندية"),
    "site_inspector": ("سعيد", "المعمري"),
    "inspector": ("ناصر", "الوهيبي"),
    "zone_manager": ("هلال", "السيابي"),
    "planner": ("عائشة", "الزدجالية"),
    "department": ("يوسف", "الفارسي"),
    "agent": ("شيخة", "الحبسية"),
    "hall": ("محمد", "العبري"),
    "branch": ("زينب", "اللواتية"),
    "cashier": ("بدر", "الشكيلي"),
    "supervisor": ("ليلى", "النبهانية"),
    "auditor": ("طلال", "الغافري"),
    "editor": ("أسماء", "المحروقية"),
    "admin": ("عبدالله", "الريامي"),
    "citizen2": ("راشد", "الجابري"),
    "office2": ("سلمى", "الغيلانية"),
}
DIRECTORATE_OF = {"department": "seeb", "branch": "bausher", "hall": "greater_muttrah"}


PHONE = "+96892000{:03d}"
CIVIL_NUMBER = "9000{:05d}"
SINCE = dt.date(2011, 1, 1)
OFFICES = (  # sign-in of the principal, names, licence, class, last day, in the pilot group
    (
        "office", "مكتب الواحة للاستشارات الهندسية", "Al Waha Engineering Consultancy",
        "ENG-0417", "first", dt.date(2040, 12, 31), True,
    ),
    (
        "office2", "مكتب الساحل للاستشارات الهندسية", "Al Sahil Engineering Consultancy",
        "ENG-0931", "second", dt.date(2027, 12, 31), False,
    ),
)  # fmt: skip


def _public_id(name: str) -> str:
    """Make an id that the same demo city always has; a real one is random."""
    digest = hashlib.sha256(f"{SALT} {name}".encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def write_people() -> int:
    """Write the people and their offices; the password of each is ``demo``, the code 000000."""
    directorates = {row.code: row for row in Directorate.objects.all()}
    password = make_password(PASSWORD, salt=SALT)
    people = User.objects.bulk_create(
        User(
            username=name,
            password=password,
            first_name=NAMES[name][0],
            last_name=NAMES[name][1],
            email="",
            phone=PHONE.format(101 + number),
            civil_number=CIVIL_NUMBER.format(101 + number),
            roles=[BY_CODE[name.rstrip("2")].code],
            directorate=directorates.get(DIRECTORATE_OF.get(name, "")),
            is_staff=name == "admin",
            date_joined=JOINED_AT,
        )
        for number, name in enumerate((*CODES, "citizen2", "office2"))
    )
    _write_offices({person.username: person for person in people})
    return len(people)


def _write_offices(people: dict[str, User]) -> None:
    """Write both offices with their principals; all offices may file, as after the pilot."""
    for name, name_ar, name_en, licence, rank, last, is_pilot in OFFICES:
        office = Consultancy.objects.create(
            public_id=_public_id(name), name_ar=name_ar, name_en=name_en,
            licence_number=licence, licence_class=rank, is_pilot=is_pilot,
            licence_valid=(SINCE, last + dt.timedelta(days=1)),
        )  # fmt: skip
        Membership.objects.create(
            consultancy=office, person=people[name], valid=(SINCE, None), is_principal=True
        )
    CitySetting.objects.create(name=SWITCH, value=ALL, changed_at=JOINED_AT)
