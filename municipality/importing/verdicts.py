"""The named verdicts on a row: how severe each is and what it says in both languages."""

from dataclasses import dataclass
from enum import IntEnum

from municipality.words import Text


class Severity(IntEnum):
    """What a verdict does to its row; a row is as bad as its worst verdict."""

    NOTE = 0  # accepted, and worth knowing
    REPAIRED = 1  # accepted after a change, which is named
    REFUSED = 2  # kept out, and in the file of the refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """One named finding on a row of a file."""

    code: str
    severity: Severity
    words: Text


def _refused(code: str, ar: str, en: str) -> Verdict:
    return Verdict(code, Severity.REFUSED, Text(ar, en))


def _repaired(code: str, ar: str, en: str) -> Verdict:
    return Verdict(code, Severity.REPAIRED, Text(ar, en))


def _note(code: str, ar: str, en: str) -> Verdict:
    return Verdict(code, Severity.NOTE, Text(ar, en))


_ALL = (
    # the place
    _refused("outside_city", "خارج حدود المدينة", "Outside the city"),
    _refused("swapped_axes", "خط الطول وخط العرض معكوسان", "Longitude and latitude are swapped"),
    _refused(
        "degrees_in_metres", "درجات في ملف بالأمتار", "Degrees where the file's system is in metres"
    ),
    _refused(
        "metres_in_degrees", "أمتار في ملف بالدرجات", "Metres where the file's system is in degrees"
    ),
    _refused(
        "wrong_datum",
        "نظام إحداثيات غير المعلن: لا تنطبق القطعة على موضعها إلا بعد إزاحة المرجع",
        "Another datum than declared: the shape fits its place only after a datum shift",
    ),
    _refused(
        "missing_crs",
        "لا يذكر الملف نظام الإحداثيات (ينقص prj)",
        "The file does not say its coordinate system (no .prj)",
    ),
    _refused(
        "crs_not_accepted",
        "نظام إحداثيات غير مقبول في هذه المدينة",
        "A coordinate system this city does not accept",
    ),
    _note(
        "outside_boundaries",
        "خارج حدود الولايات المسجلة",
        "Outside every boundary of a wilayat on record",
    ),
    # the shape
    _refused("no_geometry", "لا شكل لهذا الصف", "The row has no shape"),
    _refused("no_point", "لا موقع لهذا الصف", "The row has no position"),
    _refused("empty_geometry", "شكل فارغ", "An empty shape"),
    _refused("nan_coordinate", "إحداثيات ليست أرقامًا", "Coordinates that are not numbers"),
    _refused("broken_geometry", "تعذرت قراءة الشكل", "The shape could not be read"),
    _refused("ring_not_closed", "حلقة غير مغلقة", "A ring that is not closed"),
    _refused("wrong_shape", "نوع الشكل غير المطلوب", "Not the kind of shape that is needed"),
    _refused("invalid_polygon", "مضلع غير صحيح لا يمكن إصلاحه دون تغيير مساحته",
             "An invalid polygon that cannot be repaired without changing its area"),
    _repaired("polygon_repaired", "مضلع غير صحيح أُصلح", "An invalid polygon, repaired"),
    _repaired("dangles_removed", "أزيلت خطوط زائدة من المضلع", "Dangling lines removed from the polygon"),
    _repaired("curve_linearised", "قوس حُوّل إلى خطوط", "A curve turned into straight pieces"),
    _note("flattened_3d", "حُذف الارتفاع", "Heights dropped"),
    _refused("too_many_vertices", "نقاط أكثر من المسموح", "More points than allowed"),
    _refused("too_small", "مضلع أصغر من أن يكون أرضًا", "A polygon too small to be ground"),
    _note("sliver", "مضلع رفيع جدًا", "A sliver"),
    _note("has_holes", "في المضلع فراغات", "The polygon has holes"),
    _refused("duplicate_geometry", "الشكل نفسه في صف سابق", "The same shape as an earlier row"),
    _note(
        "overlaps_neighbour",
        "يتداخل مع قطعة أخرى أكثر من المسموح",
        "Overlaps another shape by more than the tolerance",
    ),
    _refused(
        "overlaps_coverage",
        "يتداخل مع جاره، والحدود من نوع واحد لا تتداخل",
        "Overlaps its neighbour; boundaries of one kind never overlap",
    ),
    _note("gap_to_neighbour", "فجوة ضيقة بينه وبين جاره", "A narrow gap to its neighbour"),
    # the attributes
    _refused("number_missing", "ينقص الرقم", "The number is missing"),
    _refused("key_missing", "ينقص مفتاح السجل", "The key of the register is missing"),
    _refused("name_missing", "ينقص الاسم", "The name is missing"),
    _refused("category_missing", "ينقص التصنيف", "The category is missing"),
    _refused("date_missing", "ينقص التاريخ", "The date is missing"),
    _refused("value_missing", "ينقص حقل لازم", "A needed value is missing"),
    _refused("duplicate_key", "المفتاح نفسه في صف سابق", "The same key as an earlier row"),
    _refused("wrong_encoding", "ترميز النص غير المعلن", "Text in another encoding than declared"),
    _refused("broken_row", "صف لا تسمح به صيغة الملف", "A row the format does not allow"),
    _refused("doubled_field", "حقل مكرر في الصف", "A field stands twice in the row"),
    _refused("text_too_long", "نص أطول من المسموح", "A text longer than allowed"),
    _repaired("text_cleaned", "حُذفت محارف تحكم من النص", "Control characters removed from a text"),
    _repaired("text_shortened", "قُصّر نص طويل", "A long text was shortened"),
    _refused("bad_date", "تاريخ غير مقروء", "A date that cannot be read"),
    _refused("future_date", "تاريخ في المستقبل", "A date in the future"),
    _note("bad_number", "قيمة ليست رقمًا تُركت فارغة", "A value that is no number, left unknown"),
    _note("number_out_of_range", "رقم خارج المعقول تُرك فارغًا", "A number out of range, left unknown"),
    _note("unknown_use_class", "استعمال غير معروف", "A land use that is not on the list"),
    _note("unknown_word", "كلمة غير معروفة تُركت على الأصل", "A word that is not on the list"),
    _note("unknown_place", "ولاية أو منطقة غير معروفة", "A wilayat or area that is not known"),
    _note("new_category", "تصنيف جديد من كلمات الملف", "A new category in the file's own words"),
    # plots and buildings
    _note("area_differs_1", "المساحة تخالف المسجلة بأكثر من 1٪", "Area differs from the registered one by more than 1 %"),
    _note("area_differs_5", "المساحة تخالف المسجلة بأكثر من 5٪", "Area differs from the registered one by more than 5 %"),
    _note("area_differs_20", "المساحة تخالف المسجلة بأكثر من 20٪", "Area differs from the registered one by more than 20 %"),
    _note("area_not_registered", "لا مساحة مسجلة", "No registered area"),
    _note("crosses_plots", "المبنى يتجاوز حد قطعته", "The building crosses a plot line"),
    _note("no_plot", "المبنى خارج القطع المسجلة", "The building stands on no registered plot"),
    _refused("not_a_road", "ليس طريقًا", "Not a road"),
    # titles
    _refused("unknown_plot", "رقم قطعة ليس في السجل", "A plot number that is not in the register"),
    _refused("plot_of_several", "رقم لعدة قطع، وتنقص المنطقة أو المرحلة", "A number of several plots; the area or phase is missing"),
    _refused("unknown_body", "جهة غير مسجلة؛ سجلها أولًا", "A body that is not on record; enter it first"),
    _refused("unknown_category", "تصنيف غير معروف أو متقاعد", "A category that is not known, or retired"),
    _note("shared_responsibility", "جهة أخرى مسؤولة عن بعض هذه الأرض للتصنيف نفسه", "Another body answers for some of this ground and category"),
    _refused("bad_share", "حصة ليست كسرًا بين الصفر والواحد", "A share that is no fraction between nothing and the whole"),
    _refused("shares_not_one", "مجموع حصص السند لا يساوي الواحد الصحيح", "The shares of the deed do not sum to exactly one"),
    _refused("duplicate_deed", "سند مكرر: يخالف صفًا سابقًا أو يكرره", "A deed stands twice: the row repeats an earlier one or contradicts it"),
    _refused("deed_differs", "السند مسجل بغير هذه البيانات", "The deed is registered with other facts"),
    _refused("title_overlaps", "سند آخر للقطعة يسري في بعض هذه الأيام", "Another deed of the plot holds on some of these days"),
    _refused("days_reversed", "اليوم الأخير قبل الأول", "The last day is before the first"),
    _refused("deed_refused", "رُفض صف آخر من السند نفسه", "Another row of the same deed was refused"),
    _note("deed_known", "السند مسجل كما هو", "The deed is registered as it stands"),
    _note("ended_by_next", "انتهى بسند القطعة التالي", "Ended by the next deed of its plot"),
    # mandates
    _refused("unknown_deed", "رقم سند ليس في السجل", "A deed number that is not in the register"),
    _refused("duplicate_mandate", "وكالة مكررة: يخالف الصف صفًا سابقًا أو يكرره", "A mandate stands twice: the row repeats an earlier one or contradicts it"),
    _refused("mandate_differs", "الوكالة مسجلة بيوم أخير آخر", "The mandate is registered with another last day"),
    _note("mandate_known", "الوكالة مسجلة كما هي", "The mandate is registered as it stands"),
    _note("mandate_ended", "الوكالة مسجلة وأنهاها موظف؛ تبقى كذلك", "The mandate is registered and an officer has ended it; it stays so"),
    # building permits
    _refused("bad_permit_number", "رقم إباحة ليس رقمًا وسنة", "A permit number that is no number and year"),
    _refused("duplicate_permit", "إباحة مكررة: يخالف الصف صفًا سابقًا أو يكرره", "A permit stands twice: the row repeats an earlier one or contradicts it"),
    _refused("permit_differs", "الإباحة مسجلة بغير هذه البيانات", "The permit is registered with other facts"),
    _refused("bad_plate", "رقم مركبة لا يُقرأ", "A plate that cannot be read"),
    _refused("curb_kind_not_kept", "قاعدة من نوع لا يُحفظ هنا", "A kind of curb rule that is not kept here"),
    _refused("curb_days_unread", "أيام القاعدة لا تُقرأ", "The days of the rule cannot be read"),
    _refused("curb_hours_unread", "ساعات القاعدة لا تُقرأ", "The hours of the rule cannot be read"),
    _refused("curb_hours_disagree", "ساعات القاعدة مكتوبة مرتين ولا تتفق", "The hours stand twice and disagree"),
    _refused("curb_limit_unread", "أقصى مدة للوقوف لا تُقرأ", "The longest stay cannot be read"),
    _refused("curb_exemption_unread", "لا يُعرف من تستثنيه القاعدة", "Whom the rule spares cannot be read"),
    _refused("curb_weeks_unread", "أسابيع الشهر أو الإجازات في القاعدة لا تُقرأ", "The weeks of the month or the holidays of the rule cannot be read"),
    _refused("unknown_zone", "منطقة مواقف غير معروفة", "A parking zone that is not known"),
    _refused("tariff_meets_another", "لهذا الشيء سعر آخر في بعض هذه الأيام", "Another price of this holds on some of these days"),
    _note("tariff_known", "السعر مسجل كما هو", "The price is on record as it stands"),
    _refused("unknown_offence", "لا مخالفة بهذا الرمز في ذلك اليوم", "No offence of this code held on that day"),
    _refused("violation_differs", "المخالفة مسجلة بغير ما في الصف", "The violation is registered otherwise"),
    _note("violation_known", "المخالفة مسجلة كما هي", "The violation is registered as it stands"),
    _refused("plate_has_permit", "للمركبة تصريح من النوع نفسه في هذه الأيام", "The vehicle has such a permit on some of these days"),
    _refused("parking_permit_differs", "التصريح مسجل بغير ما في الصف", "The parking permit is registered otherwise"),
    _note("parking_permit_known", "تصريح المواقف مسجل كما هو", "The parking permit is registered as it stands"),
    _note("one_month_assumed", "لا آخر يوم ولا أشهر: افتُرض شهر واحد", "No last day and no months: one month assumed"),
    _note("permit_known", "الإباحة مسجلة كما هي", "The permit is registered as it stands"),
    _note("work_assumed", "لم يُذكر نوع العمل؛ عُدّت إباحة بناء جديدة", "No kind of work: taken for a new building"),
    _note("two_years_assumed", "لم يُذكر آخر يوم؛ عُدّت سنتان (المادة 102)", "No last day: taken for two years (art. 102)"),
)  # fmt: skip

VERDICTS = {verdict.code: verdict for verdict in _ALL}
