"""What a body outside is written when a report is forwarded to it."""

from django.conf import settings

from municipality.conf import PROFILE
from municipality.notices.templates import Template

FORWARDED = Template(
    code="observation.forwarded_out",
    ar=(
        f"{PROFILE.municipality_ar}: أُحيلت إلى {{body}} الملاحظة {{number}} ({{category}})، "
        "والجواب حتى {due}: {link}"
    ),
    en=(
        f"{PROFILE.municipality_en}: report {{number}} ({{category}}) was forwarded to {{body}}; "
        "answer by {due}: {link}"
    ),
    longest={
        "body": "ص" * 40, "number": "OB-2026-000123", "category": "ص" * 43, "due": "28/11/2026",
        "link": f"{settings.GEO_PUBLIC_URL}/forwarded/{'x' * 22}/",
    },
    max_parts=5,  # by mail: a body's address is a mailbox, never a telephone
)  # fmt: skip
TEMPLATES = (FORWARDED,)
