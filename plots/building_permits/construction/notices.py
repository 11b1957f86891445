"""What office and owner read at each step of the works under a permit."""

from plots.building_permits.notices import DUE, NUMBER, PLOT, TEXT, both, templates_of

STEPS = {
    "begin": both(
        "بدأ العمل في القطعة {plot} ({number}). اطلبوا معاينة كل مرحلة في حينها.",
        "works began on plot {plot} ({number}). Ask for a visit at each stage.",
        PLOT,
    ),
    "ask_visit": both(
        "المعاملة {number}: طُلبت معاينة الموقع، وموعدها المتوقع {due}.",
        "{number}: a site visit was asked for, due {due}.",
        DUE,
    ),
    "ask_release": both(
        "المعاملة {number}: طُلب رفع أمر الإيقاف، والمعاينة متوقعة حتى {due}.",
        "{number}: the lifting of the stop order was asked for; visit due {due}.",
        DUE,
    ),
    "pass_stage": both(
        "المعاملة {number}: اجتازت المعاينة: {text}.",
        "{number}: the inspection passed: {text}.",
        TEXT,
    ),
    "finish": both(
        "المعاملة {number}: عُوين إتمام البناء، وشهادة الإتمام قيد الاعتماد حتى {due}.",
        "{number}: completion was inspected; the certificate is due {due}.",
        DUE,
    ),
    "fail_stage": both(
        "المعاملة {number}: لم تجتز المعاينة: {text}",
        "{number}: the inspection did not pass: {text}",
        TEXT,
    ),
    "stop": both(
        "{number}: أوقف العمل حتى تزال المخالفة: {text}",
        "{number}: work stopped until mended: {text}",
        TEXT,
    ),
    "keep_stopped": both(
        "المعاملة {number}: بقي أمر إيقاف العمل: {text}",
        "{number}: the order to stop the work stays: {text}",
        TEXT,
    ),
    "release": both(
        "المعاملة {number}: رُفع أمر الإيقاف ويمكن استئناف العمل.",
        "{number}: the stop order was lifted; the works may go on.",
        NUMBER,
    ),
    "certify": both(
        "المعاملة {number}: اعتُمدت شهادة الإتمام، وتُختم إلكترونيا.",
        "{number}: the completion certificate is approved and being stamped.",
        NUMBER,
    ),
    "return_works": both(
        "المعاملة {number}: لم تُعتمد شهادة الإتمام بعد: {text}",
        "{number}: the certificate is not approved yet: {text}",
        TEXT,
    ),
    "revoke": both(
        "أُلغيت إباحة البناء ({number}): {text}", "permit revoked ({number}): {text}", TEXT
    ),
    "issue_certificate": both(
        "صدرت شهادة الإتمام للقطعة {plot} مختومة إلكترونيا ({number}). نزّلوها من صفحة المعاملة.",
        "the completion certificate of plot {plot} ({number}) is issued. Download it online.",
        PLOT,
    ),
    "pause": both(
        "انتهت إباحة القطعة {plot} ({number}) وتوقف العمل حتى تُجدد.",
        "the permit of plot {plot} ({number}) ran out; the works halt. Renew it to go on.",
        PLOT,
    ),
    "resume": both(
        "المعاملة {number}: جُددت الإباحة ويمكن استئناف العمل.",
        "{number}: the permit was renewed; the works may go on.",
        NUMBER,
    ),
}

TEMPLATES = templates_of("construction", STEPS)
