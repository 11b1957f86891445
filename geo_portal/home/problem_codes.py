"""What each ``type`` of a problem document means: ``/problems/<code>/`` opens the words here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from municipality.billing.refusals import MEANINGS as OF_MONEY
from municipality.billing.shifts.actions import MEANINGS as OF_SHIFTS
from municipality.people.access import ANYONE, not_found, open_to
from municipality.words import Text
from parking_zones.violations.refusals import MEANINGS as OF_VIOLATIONS

MEANINGS: dict[str, Text] = {
    **OF_MONEY,
    **OF_SHIFTS,
    **OF_VIOLATIONS,
    "too_many_views": Text(
        "بلغت العروض المحفوظة حدها؛ احذف واحدًا ثم احفظ.",
        "There are as many saved views as one may have; remove one first.",
    ),
    "no_such_zone": Text(
        "لا منطقة مواقف بهذا الرقم في اليوم المسؤول عنه.",
        "No parking zone has this number on the day asked about.",
    ),
    "rules_applied": Text(
        "بدأ أول يوم للتغيير، وما طُبّق لا يُغيَّر؛ التغيير من الغد.",
        "The first day of the change has begun; what was applied is not changed.",
    ),
    "rules_gap": Text(
        "يترك التغيير دقائق بلا أوقات أو تعرفة أو شروط.",
        "The change would leave minutes without hours, a price or terms.",
    ),
    "zones_changed": Text(
        "عُدّلت المناطق بعد أن فُتحت للتعديل؛ يقول changed_by من عدّلها وchanged_at متى.",
        "The zones were changed after they were opened; changed_by and changed_at say who and"
        " when.",
    ),
    "zones_change_later": Text(
        "هناك تغيير مقرر بعد اليوم المطلوب؛ التعديل من ذلك اليوم أو بعده.",
        "A change is already set for after the day asked for; edit from that day on.",
    ),
    "zone_applied": Text(
        "طُبّقت المنطقة في هذا اليوم، وما طُبّق لا يُصحَّح؛ يبدأ التعديل من الغد.",
        "The zone was applied on this day; what was applied is not corrected, only followed.",
    ),
    "zone_edit_refused": Text(
        "لا تنفَّذ العملية على المناطق كما هي؛ يسمي المؤشر أي عملية.",
        "The operation cannot be done on the zones as they are; the pointer names it.",
    ),
    "not_a_coverage": Text(
        "في المناطق تداخل أو فراغ غير مقصود أو حد يقطع نفسه أو جزء لا يتسع لمركبة.",
        "The zones overlap, leave an unintended gap, cross themselves or have a part too small.",
    ),
    "nothing_changed": Text(
        "لم يتغير شيء، فلا شيء يُحفظ.", "Nothing has changed, so there is nothing to keep."
    ),
    "not_published": Text(
        "المواصفة تجيز هذا العنوان، وهذه البلدية لا تنشر بياناته.",
        "The standard allows this address; this municipality does not publish its data.",
    ),
    "no_phone": Text(
        "الحساب بلا هاتف؛ سجّل هاتفك فيه أولًا.", "The account has no telephone; add one first."
    ),
    "parking_is_free": Text(
        "الوقوف مجاني في كل المدة المطلوبة؛ free_until تقول حتى متى، ولا تُباع تذكرة.",
        "Parking is free for all of the time asked for; free_until says until when. None is sold.",
    ),
    "too_long_in_all": Text(
        "التذكرة مع تمديدها أطول مما تسمح به الشروط.",
        "The ticket with its extensions would be longer than its terms allow.",
    ),
    "parking_gap": Text(
        "في جداول المواقف فجوة: لا أوقات رسوم أو لا تعرفة أو لا شروط أو لا تقويم لذلك اليوم.",
        "The tables of parking have a gap: no hours, price, terms or calendar for that day.",
    ),
    "office_may_not_file": Text(
        "المكتب موقوف أو انتهت رخصته أو ليس في المجموعة التجريبية.",
        "The office is suspended, its licence has ended, or it is not in the pilot group.",
    ),
    "not_now": Text(
        "لا يُقبل هذا في المعاملة الآن: مرحلتها أو دورك فيها لا يسمح به.",
        "This is not taken into the case now: its stage, or your part in it, does not allow it.",
    ),
    "not_accepted": Text(
        "لم يُقبل الملف المرفق؛ السبب في النص.",
        "The attached file was not accepted; the text says why.",
    ),
    "other_office": Text(
        "الإباحة يشرف عليها مكتب آخر، وتغيير الاستشاري هو الطريق إلى نقلها.",
        "Another office supervises the permit; a change of consultant is the way to take it over.",
    ),
    "bad_key": Text(
        "مفتاح الشريك غير معروف أو انتهت صلاحيته.",
        "The partner key is unknown or has ended.",
    ),
    "own_matter": Text(
        "لا أحد يقرر في معاملته أو مركبته أو هاتفه.",
        "Nobody decides on their own case, plate or phone.",
    ),
    "four_eyes": Text(
        "يلزم شخص آخر غير من بدأ، وليس نائبًا عنه.",
        "Another person is needed, neither who began nor their delegate.",
    ),
    "too_many_tries": Text(
        "محاولات دخول كثيرة؛ تقول detail كم ثانية تنتظر.",
        "Too many tries to sign in; detail says how many seconds to wait.",
    ),
    "too_many_codes": Text(
        "أُرسلت رموز كثيرة إلى هذا الرقم أو من هذا المكان.",
        "Too many codes went to this number or were asked for from this place.",
    ),
    "code_needed": Text(
        "كلمة المرور صحيحة أو غير لازمة؛ يقول needs ما يلزم بعدها: code أو enrolment.",
        "The password is right or not needed; needs says what else is: code or enrolment.",
    ),
    "bad_fields": Text(
        "في الطلب حقل لا يعرفه هذا العنوان.", "The body has a field this address does not know."
    ),
    "no_such_plot": Text("لا توجد قطعة بهذا الرقم أو المعرّف.", "No plot has this number or id."),
    "several_plots": Text(
        "أكثر من قطعة تحمل هذا الرقم؛ أرسل معرّف القطعة.",
        "Several plots have this number; send the id of the plot.",
    ),
    "not_one_site": Text(
        "القطع ليست متجاورة، أو استعمالاتها مختلفة.",
        "The plots do not lie side by side, or have different land uses.",
    ),
    "too_many_features": Text("عناصر أكثر من المسموح.", "More features than are taken."),
    "too_long": Text("الطلب أطول من المسموح.", "The request is longer than what is taken."),
    "bad_request": Text("تعذرت قراءة الطلب نفسه.", "The request itself could not be read."),
    "bad_value": Text(
        "قيمة خارج ما يقبله هذا العنوان؛ تجد اسمها وسببها في errors.",
        "A value lies outside what the address takes; errors names it and says why.",
    ),
    "cannot_move": Text(
        "لا تنتقل المعاملة بهذا الإجراء الآن؛ تقول detail السبب.",
        "The case does not go on by this step now; detail says why.",
    ),
    "csrf": Text(
        "أرسل مع كل كتابة الترويسة X-CSRFToken بقيمة الكعكة csrftoken.",
        "Send the header X-CSRFToken, the value of the cookie csrftoken, with every write.",
    ),
    "method_not_allowed": Text(
        "العنوان صحيح لكنه لا يقبل هذه الطريقة؛ تذكر الترويسة Allow ما يقبله.",
        "The address is right but does not take this method; the header Allow names what it takes.",
    ),
    "missing_value": Text("قيمة لازمة ناقصة.", "A value that is needed is missing."),
    "not_allowed": Text("هذا الفعل غير مسموح هنا.", "This act is not allowed here."),
    "not_built": Text(
        "واجهة الموقع لم تُبنَ على هذا الخادم.", "The front end is not built on this server."
    ),
    "not_found": Text(
        "لا شيء بهذا العنوان، أو ليس لك أن تراه؛ الجواب واحد في الحالين.",
        "There is nothing at this address, or it is not yours to see: the answer is the same.",
    ),
    "not_json": Text(
        "JSON بلا NaN وبلا مفاتيح مكررة وبأعداد منتهية.",
        "Send JSON without NaN, without doubled keys and with finite numbers.",
    ),
    "not_stored": Text(
        "تعذر حفظ الملف الآن؛ لم يُحفظ منه شيء، فأعد إرساله بعد دقائق.",
        "The file could not be stored now; nothing of it was kept, so send it again in minutes.",
    ),
    "outside_city": Text(
        "الموقع خارج حدود المدينة؛ تقول detail ما يُرجَّح من سبب.",
        "The place lies outside the city; detail says what probably went wrong.",
    ),
    "place_in_doubt": Text(
        "موقعان مما أُرسل لا يصدقان معًا؛ يقول doubts أيهما وكم بينهما. اسأل من أرسلها.",
        "Two positions that were sent cannot both be right; doubts says which and how far apart. "
        "Ask the sender.",
    ),
    "too_rough": Text(
        "دقة الموقع أسوأ من أن يُعرف بها المكان؛ ضع الدبوس.",
        "The position is too rough to name a place; put the pin.",
    ),
    "outside_pyramid": Text(
        "لا مربع بهذا الرقم في هرم الخريطة.", "The pyramid of tiles has no such tile."
    ),
    "interrupted": Text(
        "الخدمة متوقفة لحظات؛ أعد الطلب نفسه بمفتاحه بعد قليل.",
        "The service is interrupted for a moment; send the same request, with its key, again.",
    ),
    "server_error": Text(
        "خطأ من جانبنا سُجّل برقمه.", "A fault of ours, recorded under its reference."
    ),
    "sign_in": Text("سجّل الدخول أولًا.", "Sign in first."),
    "tile_address": Text(
        "عنوان المربع z/x/y أعداد صحيحة.", "A tile's address z/x/y is made of whole numbers."
    ),
    "too_far_out": Text("هذه الطبقة تبدأ من تقريب أكبر.", "This layer begins at a larger zoom."),
    "too_large": Text("ما أُرسل أكبر من المسموح.", "What was sent is larger than allowed."),
    "too_many": Text(
        "تجاوز العنوان عدد الطلبات المسموح؛ انتظر ما تقوله Retry-After.",
        "The address asked too often; wait as long as Retry-After says.",
    ),
    "export_waiting": Text(
        "لك ملف آخر قيد الإعداد؛ يقول location أين هو. اطلب التالي بعد أن يجهز.",
        "Another file of yours is being written; location says where. Ask for the next after it.",
    ),
    "export_failed": Text(
        "تعذر إعداد الملف، والسبب في detail.",
        "The file could not be written; detail says why.",
    ),
    "too_many_cells": Text(
        "الخلايا أكثر مما يُرسل مرة واحدة؛ كبّر الخلية أو صغّر الإطار.",
        "More cells than are sent at once; choose larger cells or a smaller box.",
    ),
    "too_many_vertices": Text(
        "الشكل أكثر نقاطًا من المسموح.", "The shape has more points than are taken."
    ),
    "unknown_parameter": Text(
        "في العنوان معامل غير معروف؛ لا نتجاهله حتى لا يُظن أنه طُبِّق.",
        "The address has an unknown parameter; it is not passed over, lest it be thought applied.",
    ),
    "wording_meanwhile": Text(
        "حفظ شخص آخر صياغة جديدة لهذا القالب قبل لحظات.",
        "Somebody saved another wording of this template a moment ago.",
    ),
    "operator_silent": Text(
        "محاكي مشغّل الاتصالات في المدينة التجريبية لا يجيب.",
        "The simulator of the operator, in a demo city, does not answer.",
    ),
    "wrong_credentials": Text(
        "الاسم أو كلمة المرور أو الرمز غير صحيح.",
        "The name, the password or the code is wrong.",
    ),
}


@require_safe
@open_to(ANYONE)
def problem_code(request: HttpRequest, code: str) -> HttpResponse:
    """Explain one code; the address is the ``type`` of a problem document."""
    if code not in MEANINGS:
        raise not_found()
    return render(request, "problem_code.html", {"code": code, "meaning": MEANINGS[code]})
