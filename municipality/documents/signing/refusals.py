"""Why a PDF is not stamped: one sentence a code, in both languages."""

from municipality.words import Text

REFUSALS = {
    "pdf_locked": Text("ملف PDF مشفر، فلا يُختم.", "The PDF is encrypted, so it is not stamped."),
    "pdf_broken": Text(
        "بنية ملف PDF تالفة، فلا يُختم: {reason}.",
        "The structure of the PDF is damaged, so it is not stamped: {reason}.",
    ),
    "pdf_signed": Text(
        "في ملف PDF توقيع سابق؛ الختم يغيره ويبطله. أرسل الملف بلا توقيع.",
        "The PDF is already signed; a stamp would change it and void that signature. Send it unsigned.",
    ),
    "pdf_form": Text(
        "في ملف PDF نموذج تتغير خاناته بعد الختم. أرسله مطبوعًا إلى PDF بلا خانات.",
        "The PDF holds a form whose fields could change after the stamp. Print it to a PDF without fields.",
    ),
    "pdf_xfa": Text(
        "ملف PDF نموذج XFA، وكل قارئ يعرضه بشكل. أرسله مطبوعًا إلى PDF.",
        "The PDF is an XFA form, which each reader shows in its own way. Print it to a plain PDF.",
    ),
    "page_missing": Text(
        "ليس في الملف صفحة {page}؛ صفحاته {pages}.",
        "The file has no page {page}; it has {pages}.",
    ),
    "page_too_small": Text(
        "الصفحة أصغر من أن تحمل ختمًا مقروءًا: {width} × {height} مم.",
        "The page is too small for a stamp that can be read: {width} × {height} mm.",
    ),
    "too_large": Text(
        "الملف المختوم أكبر من {most} م.ب، وهو أكبر ما تقبله صفحة التحقق.",
        "The stamped file is larger than {most} MB, the most that the verification page takes.",
    ),
}


class NotStampable(Exception):
    """The file is not stamped; ``code`` names why, ``detail`` says it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = REFUSALS[code].with_values(**values)
