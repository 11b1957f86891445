"""The words of sheets, permits and their states, in both languages."""

from municipality.cases.models import Case
from municipality.words import Text
from plots.building_permits.models import BuildingPermit, Work

WORKS = {
    Work.NEW: Text("إباحة بناء جديدة", "New building"),
    Work.ADDITION: Text("إضافة إلى مبنى", "Addition"),
    Work.MODIFICATION: Text("تعديل", "Modification"),
    Work.DEMOLITION: Text("إباحة هدم", "Demolition"),
    Work.EXCAVATION: Text("تصريح حفر", "Excavation"),
    Work.RENEWAL: Text("تجديد إباحة", "Renewal"),
    Work.OWNER_CHANGE: Text("تغيير اسم المالك", "Change of owner"),
    Work.CONSULTANT_CHANGE: Text("تغيير الاستشاري المشرف", "Change of supervising consultant"),
}
RANKS = {
    BuildingPermit.Rank.MAJOR: Text("إباحة كبرى", "Major permit"),
    BuildingPermit.Rank.MINOR: Text("إباحة صغرى", "Minor permit"),
}
STATES = {
    BuildingPermit.State.VALID: Text("سارية", "In force"),
    BuildingPermit.State.EXPIRED: Text("انتهت مدتها", "Expired"),
    BuildingPermit.State.COMPLETED: Text("اكتمل البناء", "Completed"),
    BuildingPermit.State.SUPERSEDED: Text("حلت محلها إباحة أحدث", "Superseded"),
    BuildingPermit.State.REVOKED: Text("ملغاة", "Revoked"),
}
STATUSES = {
    "pass": Text("مطابق", "Pass"),
    "fail": Text("مخالف", "Fail"),
    "unknown": Text("غير معلوم", "Unknown"),
    "not_applicable": Text("لا ينطبق", "Not applicable"),
}
UNITS = {
    "m": Text("م", "m"),
    "m2": Text("م²", "m²"),
    "%": Text("%", "%"),
    "count": Text("", ""),
}


def words_of(case: Case) -> dict[str, Text]:
    """Return what messages call an application by: the kind of its work."""
    return {"work": WORKS[Work(case.permit_application.work)]}
