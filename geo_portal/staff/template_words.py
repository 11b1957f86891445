"""What each message template is for, in words: the event, and who reads it."""

from municipality.words import Text

APPLICANT = Text("مقدم الطلب", "the applicant")
SENDER = Text("من أرسل رسالة قصيرة", "who texts the municipality")
HOLDER = Text("صاحب الحساب", "the holder of the account")
DRIVER = Text("مشتري التذكرة", "the buyer of the ticket")
PAYER = Text("الدافع", "the payer")
BODY = Text("الجهة المعنية", "the body that is asked")
EVENTS = {
    "people.code": (Text("رمز الدخول", "Sign-in code"), HOLDER),
    "people.phone_changed": (Text("تغيّر رقم الهاتف", "Phone changed"), HOLDER),
    "people.new_device": (Text("دخول من جهاز جديد", "Sign-in from a new device"), HOLDER),
    "billing.paid_back": (Text("أُعيد المبلغ", "Money went back"), PAYER),
    "billing.surplus_back": (Text("أُعيد ما زاد", "A surplus went back"), PAYER),
    "cases.status": (Text("حال معاملة", "How a case stands"), SENDER),
    "cases.status_unknown": (Text("معاملة غير مسجلة لهاتفه", "A case not of this phone"), SENDER),
    "cases.consultation": (Text("طلب رأي جهة معنية", "A body is asked"), BODY),
    "notices.sms_help": (Text("رسالة لم تُفهم", "A text not understood"), SENDER),
    "notices.sms_sorry": (Text("تعذرت معالجة رسالة", "A text that could not be handled"), SENDER),
    "notices.sms_too_many": (
        Text("رسائل فوق الحد في ساعة", "Texts beyond the limit of an hour"), SENDER,
    ),
    "notices.sms_guide": (Text("كيف يسأل عن معاملته", "How to ask for a case"), SENDER),
    "parking.ticket_bought": (Text("تذكرة موقف: اشتُريت", "Parking ticket: bought"), SENDER),
    "parking.ticket_not_charged": (
        Text("تذكرة موقف: لم يُخصم ثمنها", "Parking ticket: not charged"), SENDER,
    ),
    "parking.ticket_no_answer": (
        Text("تذكرة موقف: لا جواب من المشغل", "Parking ticket: the operator is silent"), SENDER,
    ),
    "parking.ticket_of_foreign_plate_ends_soon": (
        Text("تذكرة لوحة أجنبية: تنتهي قريبًا", "Ticket of a foreign plate: ends soon"), DRIVER,
    ),
    "parking.ticket_never_answered": (
        Text("تذكرة موقف: لم يجب المشغل", "Parking ticket: the operator never answered"), SENDER,
    ),
    "parking.told": (Text("تذكرة موقف: لماذا لم تُشتر", "Parking ticket: why none"), SENDER),
    "parking.ticket_ends_soon": (
        Text("تذكرة موقف: تنتهي قريبًا", "Parking ticket: ends soon"), DRIVER,
    ),
    "plot_extract.submit.applicant": (
        Text("مستخرج القطعة: وصل الطلب", "Plot extract: application received"), APPLICANT,
    ),
    "plot_extract.return.applicant": (
        Text("مستخرج القطعة: أعيد إليه", "Plot extract: sent back"), APPLICANT,
    ),
    "plot_extract.accept.applicant": (
        Text("مستخرج القطعة: تُدفع الرسوم", "Plot extract: the fee is due"), APPLICANT,
    ),
    "plot_extract.refuse.applicant": (
        Text("مستخرج القطعة: رُفض", "Plot extract: refused"), APPLICANT,
    ),
    "plot_extract.refuse_paid.applicant": (
        Text("مستخرج القطعة: رُفض بعد الدفع", "Plot extract: refused after payment"), APPLICANT,
    ),
    "plot_extract.issue.applicant": (
        Text("مستخرج القطعة: صدر", "Plot extract: issued"), APPLICANT,
    ),
    "plot_extract.withdraw.applicant": (
        Text("مستخرج القطعة: سُحب", "Plot extract: withdrawn"), APPLICANT,
    ),
    "plot_extract.expire.applicant": (
        Text("مستخرج القطعة: انتهت المهلة", "Plot extract: out of time"), APPLICANT,
    ),
    "billing.part_back": (
        Text("رُدّ جزء من المدفوع", "A part of a payment went back"), PAYER,
    ),
    "billing.line_back": (
        Text("رُدّ سطر من فاتورة مجمّعة", "A line of a joint bill went back"), PAYER,
    ),
    "parking_permit.submit.applicant": (
        Text("تصريح المواقف: وصل الطلب", "Parking permit: application received"), APPLICANT,
    ),
    "parking_permit.submit_zoning.applicant": (
        Text("تصريح المواقف: وصل الطلب إلى مسؤول المناطق", "Parking permit: with the zone manager"),
        APPLICANT,
    ),
    "parking_permit.submit_unchecked.applicant": (
        Text("تصريح المواقف: تجديد أو بدل فاقد", "Parking permit: renewal or lost paper"),
        APPLICANT,
    ),
    "parking_permit.return_registration.applicant": (
        Text("تصريح المواقف: أعيد من التسجيل", "Parking permit: sent back by registration"),
        APPLICANT,
    ),
    "parking_permit.return_zoning.applicant": (
        Text("تصريح المواقف: أعيد من مسؤول المناطق", "Permit: sent back by the zone manager"),
        APPLICANT,
    ),
    "parking_permit.accept_registration.applicant": (
        Text("تصريح المواقف: تُدفع الرسوم", "Parking permit: the fee is due"), APPLICANT,
    ),
    "parking_permit.accept_zoning.applicant": (
        Text("موقف محجوز أو خاص: تُدفع الرسوم", "Bay or special permit: the fee is due"), APPLICANT,
    ),
    "parking_permit.refuse_registration.applicant": (
        Text("تصريح المواقف: رُفض", "Parking permit: refused"), APPLICANT,
    ),
    "parking_permit.refuse_zoning.applicant": (
        Text("موقف محجوز أو خاص: رُفض", "Bay or special permit: refused"), APPLICANT,
    ),
    "parking_permit.issue.applicant": (
        Text("تصريح المواقف: صدر", "Parking permit: issued"), APPLICANT,
    ),
    "parking_permit.end.applicant": (
        Text("تصريح المواقف: أُنهي", "Parking permit: ended early"), APPLICANT,
    ),
    "parking_permit.withdraw.applicant": (
        Text("تصريح المواقف: سُحب الطلب", "Parking permit: withdrawn"), APPLICANT,
    ),
    "parking_permit.expire.applicant": (
        Text("تصريح المواقف: انتهت المهلة", "Parking permit: out of time"), APPLICANT,
    ),
    "parking_permit.reminder": (
        Text("تصريح المواقف: يقترب آخره", "Parking permit: its end is near"), APPLICANT,
    ),
    "parking_permit.announcement": (
        Text("إعلان لأصحاب تصاريح منطقة", "Announcement to the holders of a zone"), APPLICANT,
    ),
    "parking_permit.sms_billed": (
        Text("تجديد برسالة: المبلغ والرابط", "Renewal by text: amount and link"), SENDER,
    ),
    "parking_permit.sms_which": (
        Text("تجديد برسالة: أي تصريح؟", "Renewal by text: which permit?"), SENDER,
    ),
    "parking_permit.sms_none": (
        Text("تجديد برسالة: لا تصريح", "Renewal by text: no permit"), SENDER,
    ),
    "parking_permit.sms_not_now": (
        Text("تجديد برسالة: لماذا لا", "Renewal by text: why not"), SENDER,
    ),
}  # fmt: skip

OFFICE = Text("المكتب الاستشاري", "the consultancy office")
OWNER = Text("المالك", "the owner")
_OF_PERMITS = {
    "submit": Text("وصل الطلب", "application received"),
    "resubmit": Text("أعيد تقديمه", "submitted again"),
    "return_registration": Text("أعاده قسم التسجيل", "sent back by registration"),
    "return_architecture": Text("أعاده التدقيق المعماري", "sent back by the architectural audit"),
    "return_structure": Text("أعاده التدقيق الإنشائي", "sent back by the structural audit"),
    "return_approval": Text("أعاده المعتمد", "sent back by the approver"),
    "accept": Text("صحت البيانات، إلى التدقيق", "data checked, to the audit"),
    "accept_structure": Text("صحت البيانات، إلى التدقيق الإنشائي", "to the structural audit"),
    "accept_fee": Text("صحت البيانات وتُدفع الرسوم", "data checked, the fee is due"),
    "accept_free": Text("صحت البيانات، إلى الاعتماد", "data checked, to the approver"),
    "pass_architecture": Text("اجتاز التدقيق المعماري", "architectural audit passed"),
    "pass_structure": Text("اكتمل التدقيق وتُدفع الرسوم", "audit done, the fee is due"),
    "pass_structure_paid": Text("اكتمل التدقيق، إلى الاعتماد", "audit done, to the approver"),
    "settle_fee": Text("دُفعت الرسوم", "fee paid"),
    "reaudit": Text("أعيد إلى التدقيق المعماري", "back to the architectural audit"),
    "reaudit_approval": Text("أعاده المعتمد إلى التدقيق", "back to the audit by the approver"),
    "approve": Text("اعتُمد", "approved"),
    "stamp": Text("صدرت مختومة", "issued and stamped"),
    "refuse": Text("رُفض", "refused"),
    "refuse_paid": Text("رُفض بعد الدفع", "refused after payment"),
    "withdraw": Text("سُحب", "withdrawn"),
    "expire": Text("انتهت المهلة", "out of time"),
}
_OF_DISPUTES = {
    "submit": Text("وصل الاعتراض", "dispute received"),
    "return": Text("أعيد إليه", "sent back"),
    "grant": Text("قُبل", "granted"),
    "reject": Text("لم يُقبل", "not granted"),
    "withdraw": Text("سُحب", "withdrawn"),
    "expire": Text("انتهت المهلة", "out of time"),
}
EVENTS |= {
    f"parking_dispute.{step}.applicant": (
        Text(f"اعتراض على مخالفة: {event.ar}", f"Dispute of a violation: {event.en}"),
        APPLICANT,
    )
    for step, event in _OF_DISPUTES.items()
}
_OF_WORKS = {
    "begin": Text("بدأ العمل", "works begin"),
    "ask_visit": Text("طُلبت معاينة", "visit asked for"),
    "ask_release": Text("طُلب رفع الإيقاف", "lifting of the stop order asked for"),
    "pass_stage": Text("اجتازت مرحلة", "stage passed"),
    "finish": Text("عُوين الإتمام", "completion inspected"),
    "fail_stage": Text("لم تجتز المعاينة", "stage not passed"),
    "stop": Text("أُوقف العمل", "work stopped"),
    "keep_stopped": Text("بقي الإيقاف", "stop order stays"),
    "release": Text("رُفع الإيقاف", "stop order lifted"),
    "certify": Text("اعتُمدت الشهادة", "certificate approved"),
    "return_works": Text("أعادها المعتمد", "sent back by the approver"),
    "revoke": Text("أُلغيت الإباحة", "permit revoked"),
    "issue_certificate": Text("صدرت الشهادة", "certificate issued"),
    "pause": Text("انتهت الإباحة", "permit ran out"),
    "resume": Text("جُددت الإباحة", "permit renewed"),
}
EVENTS |= {
    f"{kind}.{step}.{part}": (Text(f"{of.ar}: {event.ar}", f"{of.en}: {event.en}"), reader)
    for kind, of, steps in (
        ("building_permit", Text("إباحة البناء", "Building permit"), _OF_PERMITS),
        ("construction", Text("متابعة البناء", "Works under a permit"), _OF_WORKS),
    )
    for step, event in steps.items()
    for part, reader in (("office", OFFICE), ("owner", OWNER))
}

REPORTER = Text("من أرسل الملاحظة", "who sent the report")
_OF_REPORTS = {
    "plan": Text("حُدد يوم العمل", "day of the work set"),
    "ask": Text("سؤال لصاحبها", "a question"),
    "forward": Text("أحيلت إلى جهة أخرى", "forwarded to another body"),
    "resolve": Text("عولجت", "dealt with"),
    "reopen": Text("أعيد فتحها", "opened again"),
    "reject": Text("لم تُقبل", "not accepted"),
    "not_ours": Text("ليست من اختصاص البلدية", "not the municipality's"),
    "merge": Text("ضُمّت إلى سابقة", "merged"),
    "expire": Text("انتهت المهلة", "out of time"),
}
EVENTS |= {
    "observation.sent": (Text("ملاحظة: وصلت", "Observation: received"), REPORTER),
    "observation.followed": (
        Text("ملاحظة يتابعها: انتهت", "An observation that is followed has ended"),
        Text("المتابع", "the follower"),
    ),
    "observation.area_alert": (
        Text("ملاحظات جديدة في منطقة يتابعها", "New reports in an area that is followed"),
        Text("المتابع", "the follower"),
    ),
    "observation.area_alert_mail": (
        Text(
            "ملاحظات جديدة في منطقة يتابعها، بالبريد",
            "New reports in an area that is followed, by mail",
        ),
        Text("المتابع", "the follower"),
    ),
    "observation.area_alerts_stopped": (
        Text("أُوقفت رسائل المناطق", "Messages about areas were ended"),
        Text("من أوقفها", "who ended them"),
    ),
    "observation.forwarded_out": (
        Text("ملاحظة: أحيلت إلى جهة خارجية", "Observation: forwarded to another body"),
        Text("الجهة", "the body"),
    ),
} | {
    f"observation.{step}.applicant": (
        Text(f"ملاحظة: {event.ar}", f"Observation: {event.en}"), REPORTER,
    )
    for step, event in _OF_REPORTS.items()
}  # fmt: skip


def title(code: str) -> Text | str:
    """Name the event and the reader of a template; one not known here by its code."""
    if code not in EVENTS:
        return code
    event, reader = EVENTS[code]
    return Text(f"{event.ar}، إلى {reader.ar}", f"{event.en}, to {reader.en}")
