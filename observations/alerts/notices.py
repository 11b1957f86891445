"""What who follows an area is written, at most once a day, and when it is stopped."""

from municipality.conf import PROFILE
from municipality.notices.templates import Template

ALERT = Template(
    code="observation.area_alert",
    ar=f"{PROFILE.municipality_ar}: في مناطقك عُرضت {{shown}} وعولجت {{closed}}. {{link}} "
    "للإيقاف: قف",
    en=f"{PROFILE.municipality_en}: reports in your areas: {{shown}} new, {{closed}} dealt with. "
    "{link} To end: STOP",
    longest={
        "shown": "9999", "closed": "9999",
        "link": "https://www.mm.gov.om/en/observations/areas/",
    },
    useful_for_s=24 * 3_600,
)  # fmt: skip
# By mail nobody answers STOP: below it stands the link that ends it (``one_click``).
BY_MAIL = Template(
    code="observation.area_alert_mail",
    ar=f"{PROFILE.municipality_ar}: في مناطقك عُرضت {{shown}} وعولجت {{closed}}. {{link}}",
    en=f"{PROFILE.municipality_en}: reports in your areas: {{shown}} new, {{closed}} dealt with. "
    "{link}",
    longest=ALERT.longest,
    useful_for_s=24 * 3_600,
)
STOPPED = Template(
    code="observation.area_alerts_stopped",
    ar=f"{PROFILE.municipality_ar}: لن تصلك رسائل عن ملاحظات المناطق.",
    en=f"{PROFILE.municipality_en}: you get no more messages about reports in areas.",
    longest={},
    useful_for_s=3_600,
)
TEMPLATES = (ALERT, BY_MAIL, STOPPED)
