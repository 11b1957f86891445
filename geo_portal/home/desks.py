"""The pages of each role, in one table: the menu shows a person those of their roles."""

from dataclasses import dataclass

from django.urls import reverse

from municipality.words import Text


@dataclass(frozen=True, slots=True)
class Desk:
    """One page of work: its address by name, and the roles it is for."""

    url: str
    name: Text
    roles: frozenset[str]


def _desk(url: str, ar: str, en: str, *roles: str) -> Desk:
    return Desk(url, Text(ar, en), frozenset(roles))


DESKS = (
    _desk(
        "casework:work", "قائمة العمل", "Work list",
        "registrar", "architect", "structural", "approver", "site_inspector", "branch",
        "supervisor", "zone_manager", "agent", "department",
    ),
    _desk(
        "parking_permits:search", "تصاريح المواقف", "Parking permits",
        "registrar", "zone_manager", "supervisor", "auditor", "agent", "hall",
    ),
    _desk("parking_permits:announce", "إعلان لمنطقة", "Announce to a zone", "zone_manager"),
    _desk("reporting:round", "جولة اليوم", "Round of the day", "agent", "department"),
    _desk("reporting:imported", "ملاحظات مستوردة", "Imported reports", "agent", "department"),
    _desk(
        "reporting:statistics", "إحصاءات الملاحظات", "Statistics of reports",
        "planner", "supervisor", "agent", "department",
    ),
    _desk("permits:new", "إباحة جديدة", "New permit", "office"),
    _desk("collection:desk", "الصندوق", "Cashier", "cashier"),
    _desk("collection:takings", "التحصيل", "Takings", "supervisor"),
    _desk(
        "collection:exceptions", "تقرير الاستثناءات", "Exception report", "supervisor", "auditor",
    ),
    _desk("parking:inspect", "فحص لوحة", "Check a plate", "inspector"),
    _desk(
        "parking:proposed_violations", "مخالفات بانتظار القرار", "Violations to decide",
        "supervisor",
    ),
    _desk("parking:zone_editor", "تعديل المناطق", "Edit zones", "zone_manager"),
    _desk(
        "parking:occupancy", "إشغال المواقف وإيرادها", "Occupancy and revenue",
        "planner", "zone_manager",
    ),
    _desk(
        "parking:rule_changes", "تغيير الأوقات والأسعار", "Changes of hours and prices",
        "zone_manager", "supervisor",
    ),
    _desk("home:message_templates", "قوالب الرسائل", "Message templates", "editor"),
    _desk("reporting:replies", "أجوبة جاهزة", "Ready answers", "editor", "supervisor"),
    _desk("home:messages", "سجل الرسائل", "Message log", "supervisor", "auditor", "admin"),
    _desk("responsibilities:grounds", "المسؤوليات", "Responsibilities", "admin", "supervisor"),
    _desk("home:imports", "الاستيراد", "Imports", "admin"),
    _desk("home:jobs", "الأعمال", "Jobs", "admin"),
    _desk("home:calendar", "التقويم", "Calendar", "admin", "zone_manager"),
    _desk("people:visitor", "المراجع الحاضر", "The visitor in front", "hall", "agent"),
    _desk("people:people", "الأشخاص والأدوار", "People and roles", "admin"),
    _desk("people:offices", "المكاتب الاستشارية", "Consultancy offices", "admin"),
    _desk("people:keys", "مفاتيح الشركاء", "Partner keys", "admin"),
    _desk("people:history", "السجل", "History", "auditor"),
)  # fmt: skip


def desks_of(roles: frozenset[str]) -> list[tuple[str, Text]]:
    """Return address and name of every desk that these roles open."""
    return [(reverse(desk.url), desk.name) for desk in DESKS if desk.roles & roles]
