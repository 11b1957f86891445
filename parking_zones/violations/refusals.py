"""Why a violation is not issued, or not paid, in words."""

from municipality.problems import Problem
from municipality.words import Text

MEANINGS = {
    "check_needed": Text(
        "المخالفة تحتاج إلى فحص للوحة نفسها في الدقائق العشر الأخيرة.",
        "A violation needs a check of the same plate within the last ten minutes.",
    ),
    "may_stand": Text(
        "للمركبة حق في الوقوف هنا الآن، فلا مخالفة.",
        "The vehicle has a right to stand here now; there is no violation.",
    ),
    "cannot_tell": Text(
        "لا يُعرف بعد هل للمركبة حق؛ أعد الفحص بعد دقيقة.",
        "Whether the vehicle has a right is not known yet; check again in a minute.",
    ),
    "unclear_place": Text(
        "الموضع غير قاطع. تحرّك، أو خذ قراءة ثانية، أو اعرضها على المشرف.",
        "The place is not certain. Move, take a second reading, or ask the supervisor.",
    ),
    "photos_needed": Text(
        "لا صورة مع هذه المخالفة، فلا تُعتمد.", "No photo stands with this violation."
    ),
    "outside_zones": Text(
        "الموضع خارج مناطق المواقف؛ ليست للبلدية مخالفة هنا.",
        "The place is outside the parking zones; the municipality has no violation here.",
    ),
    "no_such_bay": Text(
        "لا موقف من هذا النوع مسجل عند هذا الموضع. اعرضها على المشرف.",
        "No bay of this kind is recorded at this place. Ask the supervisor.",
    ),
    "already_issued": Text(
        "حُررت لهذه المركبة هذه المخالفة هنا في هذه الفترة.",
        "This vehicle already has this violation here in this period.",
    ),
    "none_chosen": Text(
        "اختر مخالفة مستحقة واحدة على الأقل.", "Choose at least one violation that is due."
    ),
    "not_all_due": Text(
        "دُفع بعض ما اخترته أو أُلغي. راجع القائمة واختر ثانية.",
        "Something you chose has been paid or cancelled since. See the list and choose again.",
    ),
    "no_such_offence": Text(
        "لا مخالفة بهذا الرمز في ذلك اليوم.", "No offence of this code holds on that day."
    ),
}


def refused(code: str, *, status: int = 409) -> Problem:
    """Make the refusal of one code."""
    return Problem(status, code, MEANINGS[code])
