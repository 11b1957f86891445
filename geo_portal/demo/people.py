"""Demo people: one sign-in a role, and a second citizen and office to be turned away."""

import datetime as dt

from django.contrib.auth.hashers import make_password

from municipality.people.models import User
from municipality.people.roles import BY_CODE, CODES
from municipality.places.models import Directorate

PASSWORD = "demo"  # noqa: S105  (known on purpose; production refuses a demo database)
SALT = "demo-city-people"  # fixed, so that the same seed gives the same bytes
JOINED_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NAMES = {
    "citizen": ("سالم", "الحارثي"),
    "office": ("مكتب الواحة", "للاستشارات الهندسية"),
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
    "office2": ("مكتب الساحل", "للاستشارات الهندسية"),
}
DIRECTORATE_OF = {"department": "seeb", "branch": "bausher", "hall": "greater_muttrah"}


def write_people() -> int:
    """Write the people; the password of each is ``demo``."""
    directorates = {row.code: row for row in Directorate.objects.all()}
    password = make_password(PASSWORD, salt=SALT)
    return len(
        User.objects.bulk_create(
            User(
                username=name,
                password=password,
                first_name=NAMES[name][0],
                last_name=NAMES[name][1],
                email="",
                roles=[BY_CODE[name.rstrip("2")].code],
                directorate=directorates.get(DIRECTORATE_OF.get(name, "")),
                is_staff=name == "admin",
                date_joined=JOINED_AT,
            )
            for name in (*CODES, "citizen2", "office2")
        )
    )
