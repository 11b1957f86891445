"""What became of an object of a drawing: one phrase a code, in both languages."""

from collections.abc import Mapping

from municipality.words import Text

REASONS: Mapping[str, Text] = {
    "not_followed": Text(
        "صورة أو كائن مضمّن: لا يُفتح", "a picture or an embedded object: not opened"
    ),
    "xref": Text("مرجع إلى ملف آخر: لا يُفتح", "a reference to another file: not opened"),
    "block_missing": Text("كتلة غير موجودة في الملف", "a block that the file does not hold"),
    "solid_model": Text("مجسم ثلاثي الأبعاد: لا يُقرأ", "a solid or a mesh: not read"),
    "annotation": Text("أبعاد أو إشارات شرح: ليست شكلًا", "dimensions or call-outs: no shape"),
    "endless": Text("خط بلا نهاية", "a line without end"),
    "template": Text("تعريف نص في كتلة", "the definition of a text in a block"),
    "paper_space": Text(
        "في ورقة الطباعة (Layout): يُقرأ Model وحده", "on a sheet (Layout): only Model is read"
    ),
    "invisible": Text("مخفي في الرسم", "hidden in the drawing"),
    "damaged": Text("أرقامه ناقصة أو متناقضة", "its numbers are missing or contradict each other"),
    "too_many_rings": Text("تهشير بحدود كثيرة", "a hatch with too many boundaries"),
    "out_of_range": Text("إحداثياته خارج كل مكان على الأرض", "it lies nowhere on earth"),
    "not_read": Text("نوع لا يُقرأ", "a kind that is not read"),
}
REMARKS: Mapping[str, Text] = {
    "flattened": Text(
        "نقاطه بارتفاعات مختلفة: قُرئ مسقطه", "its points differ in height: its plan was read"
    ),
    "clipped": Text("كتلة مقصوصة: قُرئت كاملة", "a clipped block: it was read whole"),
}
