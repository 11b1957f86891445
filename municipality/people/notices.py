"""What people are told about their own account, by SMS, in both languages."""

from municipality.notices.templates import Template

TEMPLATES = (
    Template(
        code="people.code",
        ar="رمز الدخول: {code}\nصالح 10 دقائق. لا تعطه لأحد.",
        en="Sign-in code: {code}\nValid 10 minutes. Give it to nobody.",
        longest={"code": "000000"},
        max_parts=1,
        useful_for_s=600,
    ),
    Template(
        code="people.phone_changed",
        ar="غُيّر رقم هاتف حسابك إلى {phone}. إن لم تغيّره أنت فاتصل بالبلدية.",
        en="The phone of your account was changed to {phone}. If it was not you, call us.",
        longest={"phone": "+968 •••• 3456"},
        max_parts=2,
    ),
    Template(
        code="people.new_device",
        ar="دُخل إلى حسابك من جهاز جديد في {at}. إن لم تكن أنت فأخبر مدير النظام.",
        en="A new device used your account at {at}. If it was not you, tell the administrator.",
        longest={"at": "28/11/2026 13:45"},
        max_parts=2,
    ),
)
