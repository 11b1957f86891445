"""The only list of roles (services.md); code, tests, demo sign-ins and the access matrix use it."""

from dataclasses import dataclass

from municipality.words import Text


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its code is also the name of its demo sign-in."""

    code: str
    name: Text
    does: Text


ROLES = (
    Role(
        "citizen",
        Text("مستفيد", "Citizen"),
        Text("معاملاته وقطعه ومن ينوب عنه", "own cases, plots in own name, delegates"),
    ),
    Role(
        "office",
        Text("مكتب استشاري هندسي", "Engineering consultancy"),
        Text(
            "يقدم معاملات إباحة البناء لمكتبه ويرد عليها",
            "files and answers building-permit cases of its office",
        ),
    ),
    Role(
        "registrar",
        Text("موظف قسم التسجيل", "Registrar"),
        Text("يدقق القطعة والمالك والمستندات", "registration check of plot, owner, papers"),
    ),
    Role(
        "architect",
        Text("مدقق معماري", "Architectural auditor"),
        Text("يدقق نسخة واحدة من المخطط معماريًا", "audits one version of a drawing"),
    ),
    Role(
        "structural",
        Text("مدقق إنشائي", "Structural auditor"),
        Text("يدقق نسخة واحدة من المخطط إنشائيًا", "audits one version of a drawing"),
    ),
    Role("approver", Text("معتمد", "Approver"), Text("يعتمد ويختم", "decides, stamps")),
    Role(
        "site_inspector",
        Text("مفتش بناء", "Site inspector"),
        Text("مراحل البناء والإتمام", "stages of construction, completion"),
    ),
    Role(
        "inspector",
        Text("مفتش مواقف", "Parking inspector"),
        Text("تفتيش المواقف والمخالفات", "parking checks and violations"),
    ),
    Role(
        "zone_manager",
        Text("مسؤول مناطق المواقف", "Parking zone manager"),
        Text("المناطق والأوقات والتعرفة", "zones, hours, tariffs"),
    ),
    Role(
        "planner",
        Text("مخطط", "Planner"),
        Text(
            "الكثافة والإحصاءات الدقيقة وطبقات التخطيط",
            "exact heat and statistics, planning layers",
        ),
    ),
    Role(
        "department",
        Text("موظف دائرة مختصة", "Department officer"),
        Text("ملاحظات مديريته", "observations of its directorate"),
    ),
    Role(
        "agent",
        Text("موظف مركز الاتصالات", "Contact centre agent"),
        Text("التواصل والمعاملات نيابة", "contacts, cases on behalf"),
    ),
    Role(
        "hall",
        Text("موظف صالة", "Hall officer"),
        Text("الأدوار وأي خدمة للمراجع الحاضر", "turns, any service for the visitor in front"),
    ),
    Role(
        "branch", Text("موظف فرع", "Branch officer"), Text("يعتمد عقود الإيجار", "certifies leases")
    ),
    Role(
        "cashier",
        Text("أمين صندوق", "Cashier"),
        Text("يقبض ويغلق الوردية", "takes money, closes the shift"),
    ),
    Role(
        "supervisor",
        Text("مشرف", "Supervisor"),
        Text("اللوحات والإلغاء والرد والاستثناءات", "boards, voids and refunds, exceptions"),
    ),
    Role(
        "auditor",
        Text("مدقق داخلي", "Internal auditor"),
        Text("يقرأ كل سجل ولا يكتب", "reads everything's history, writes nothing"),
    ),
    Role(
        "editor",
        Text("محرر", "Editor"),
        Text("المحتوى والمعرفة والقوالب", "content, knowledge, templates"),
    ),
    Role(
        "admin",
        Text("مدير النظام", "Administrator"),
        Text(
            "الأشخاص والحدود والتقويم والاستيراد",
            "people, boundaries, calendars, profiles, imports",
        ),
    ),
)

CODES = tuple(role.code for role in ROLES)
BY_CODE = {role.code: role for role in ROLES}
