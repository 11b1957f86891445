"""How the statistics of reports are told: methods and verdicts in both languages."""

from municipality.words import Text

SPOT_WORDS = {
    "hot_99": Text("بؤرة ساخنة (99٪)", "Hot spot (99 %)"),
    "hot_95": Text("بؤرة ساخنة (95٪)", "Hot spot (95 %)"),
    "hot_90": Text("بؤرة ساخنة (90٪)", "Hot spot (90 %)"),
    "none": Text("لا دليل", "No evidence"),
    "cold_90": Text("بؤرة باردة (90٪)", "Cold spot (90 %)"),
    "cold_95": Text("بؤرة باردة (95٪)", "Cold spot (95 %)"),
    "cold_99": Text("بؤرة باردة (99٪)", "Cold spot (99 %)"),
}
CHANGES = {1: "rose", 0: "no_evidence", -1: "fell"}
CHANGE_WORDS = {
    "rose": Text("زادت", "Rose"),
    "no_evidence": Text("لا دليل على تغير", "No evidence of change"),
    "fell": Text("انخفضت", "Fell"),
    "not_tested": Text("لا تكفي البيانات", "Too little to tell"),
}
TRENDS = {1: "rising", 0: "no_evidence", -1: "falling"}
TREND_WORDS = {
    "rising": Text("في ازدياد", "Rising"),
    "no_evidence": Text("لا دليل على اتجاه", "No evidence of a trend"),
    "falling": Text("في انخفاض", "Falling"),
    "not_tested": Text("لا تكفي البيانات", "Too little to tell"),
}
SPOT_METHOD = Text(
    "إحصاءة جيتيس وأورد Gi* لكل خلية من منطقة الدراسة ({area})، والخلية من جيرانها، والخلايا بلا "
    "بلاغات أصفار؛ p بجانبين من التوزيع الطبيعي، وتصحيح بنجاميني وهوخبرغ على كل الخلايا.",
    "Getis and Ord's Gi* of every cell of the study area ({area}), the cell among its neighbours, "
    "cells without reports as zeros; two-sided p of the normal distribution, corrected over all "
    "cells after Benjamini and Hochberg.",
)
COMPARE_METHOD = Text(
    "اختبار ذي الحدين المشروط الدقيق بجانبين لعدد البلاغات في المدتين ({exposure})، وتصحيح "
    "بنجاميني وهوخبرغ على كل ما اختُبر، وفترة ثقة 95٪ للنسبة؛ ما لا بلاغ فيه في المدتين لا يُختبر.",
    "Exact two-sided conditional binomial test of the counts in both periods ({exposure}), "
    "corrected over all that were tested after Benjamini and Hochberg; 95 % interval of the rate "
    "ratio; what has no report in either period is not tested.",
)
BY_DAYS = Text("بحسب أيام كل مدة", "by the days of each period")
BY_CITY = Text("مقارنةً بتغير المدينة كلها", "against the change of the whole city")
TREND_METHOD = Text(
    "انحدار بواسون لوغاريتمي خطي على البلاغات الشهرية مع أيام كل شهر، والأشهر بلا بلاغات محسوبة؛ p "
    "من توزيع t بعد تصحيح التشتت الزائد (شبه بواسون)، وتصحيح بنجاميني وهوخبرغ على كل الأماكن.",
    "Log-linear Poisson regression of monthly reports with the days of each month, months without "
    "reports counted; p of Student's t after correction for over-dispersion (quasi-Poisson), "
    "corrected over all places after Benjamini and Hochberg.",
)
NEIGHBOURS = Text(
    "الجوار neighbours واحد من: {known}.", "neighbours is one of: {known}."
)  # fmt: skip
NO_BAND = Text("يُستعمل band_m مع neighbours=band فقط.", "band_m belongs to neighbours=band alone.")
ONE_OF = Text("{name} واحد من: {known}.", "{name} is one of: {known}.")
NEEDED = Text("ينقص المعامل {name}.", "{name} is missing.")
OVERLAP = Text(
    "المدتان متداخلتان: يجب أن تنتهي إحداهما قبل أن تبدأ الأخرى.",
    "The periods overlap: one must end before the other begins.",
)
BOTH_ENDS = Text(
    "اكتب before_from وbefore_to معًا أو اتركهما معًا.",
    "Give before_from and before_to together, or neither.",
)
CITY_EMPTY = Text(
    "لا بلاغات في المدينة في إحدى المدتين، فلا تُعرف نسبة تغيرها.",
    "The city has no reports in one of the periods, so its own change is unknown.",
)
TOO_WIDE = Text(
    "في منطقة الدراسة خلايا أكثر من {most}: اختر خلايا أكبر أو منطقة أصغر.",
    "The study area has more than {most} cells: choose larger cells or a smaller area.",
)
