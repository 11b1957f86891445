"""What the jobs and schedules are called on the administrator's page."""

from municipality.words import Text

WORDS = {
    "municipality.importing.batch.run_batch": Text("استيراد ملف", "Import of a file"),
    "plots.extracts.jobs.issue_extract": Text("إصدار مستخرج قطعة", "Issue of a plot extract"),
    "observations.reports.jobs.fold_heat": Text("تحديث الكثافة", "Refresh of the heatmap"),
    "observations.reports.jobs.release_months": Text(
        "نشر شهور الكثافة", "Release of the heatmap's months"
    ),
    "observations.routing.jobs.route_open": Text("توجيه الملاحظات", "Routing of reports"),
    "observations.reports.export_api.write_export": Text(
        "إعداد ملف من الكثافة", "A file of the heatmap"
    ),
    "observations.reports.jobs.forget_exports": Text(
        "حذف ملفات الكثافة القديمة", "Removal of old files of the heatmap"
    ),
    "observations.reports.jobs.find_hot_spots": Text(
        "البحث عن البؤر الساخنة", "Search for hot spots"
    ),
    "maps.heat.jobs.follow_denominators": Text(
        "تحديث مقامات الكثافة", "Refresh of what the heatmap is divided by"
    ),
    "observations.alerts.jobs.tell": Text("إبلاغ من يتابع المناطق", "Telling who follows areas"),
    "observations.forwarding.jobs.bring_back": Text(
        "عودة ما لم تجب عنه جهة", "What no body answered comes back"
    ),
    "municipality.cases.jobs.watch_clocks": Text("مواعيد المعاملات", "Due times of cases"),
    "municipality.notices.email_jobs.send_waiting": Text("إرسال البريد", "Sending of e-mail"),
    "municipality.people.jobs.watch_codes": Text("مراقبة رموز الدخول", "Watch over sign-in codes"),
    "municipality.people.jobs.tidy": Text("ترتيب جلسات الأشخاص", "Tidying of sign-ins"),
    "municipality.history.jobs.write_head": Text("توقيع رأس السجل", "Signed head of the history"),
    "municipality.documents.jobs.scan_waiting": Text(
        "فحص الملفات المنتظرة", "Scan of waiting files"
    ),
    "municipality.documents.jobs.sweep": Text("كنس الملفات اليتيمة", "Sweep of orphan files"),
    "municipality.documents.jobs.keep_retention": Text("مدد الحفظ", "Times of keeping"),
    "municipality.jobs.jobs.tidy": Text("ترتيب قائمة الأعمال", "Tidying of the queue"),
    "municipality.billing.reconciliation.jobs.early": Text(
        "المطابقة المبكرة", "Early reconciliation"
    ),
    "municipality.billing.reconciliation.jobs.daily": Text(
        "المطابقة اليومية", "Daily reconciliation"
    ),
}


def words_for(dotted: str) -> str:
    """Return what a job is called; one without words is called by its dotted name."""
    return str(WORDS[dotted]) if dotted in WORDS else dotted
