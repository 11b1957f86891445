"""Why a batch was not done, in both languages; nothing was changed then."""

from municipality.words import Text

REFUSALS = {
    "no_files": Text(
        "لا توجد ملفات Parquet في {path}.",
        "There is no Parquet file in {path}.",
    ),
    "not_parquet": Text(
        "تعذرت قراءة الملف {path} بصيغة Parquet: {reason}.",
        "The file {path} cannot be read as Parquet: {reason}.",
    ),
    "not_geo": Text(
        "الملف {path} ليس GeoParquet: لا بيانات «geo» صالحة فيه.",
        "The file {path} is not GeoParquet: it has no valid “geo” metadata.",
    ),
    "encoding": Text(
        "هندسة الملف {path} بترميز {found}، والمقبول هو WKB.",
        "The geometry of the file {path} is encoded as {found}; WKB is accepted.",
    ),
    "wrong_crs": Text(
        "نظام إحداثيات الملف {path} هو {found}، والمقبول: {accepted}.",
        "The file {path} is in the system {found}; accepted are: {accepted}.",
    ),
    "no_column": Text(
        "ليس في الملف {path} العمود «{column}».",
        "The file {path} has no column “{column}”.",
    ),
    "column_kind": Text(
        "العمود «{column}» في الملف {path} من النوع {found}، والمقبول: {accepted}.",
        "The column “{column}” of the file {path} is of the type {found}; accepted: {accepted}.",
    ),
    "no_value": Text(
        "العمود «{column}» فارغ في الصف {row} من الملف {path} (عدد هذه الصفوف هنا: {count}).",
        "The column “{column}” is empty in row {row} of the file {path} ({count} such rows here).",
    ),
    "out_of_range": Text(
        "قيمة العمود «{column}» في الصف {row} من الملف {path} هي {found}، خارج المدى من {least} "
        "إلى {most} (عدد هذه الصفوف هنا: {count}).",
        "The column “{column}” is {found} in row {row} of the file {path}, outside {least} to "
        "{most} ({count} such rows here).",
    ),
    "not_point": Text(
        "الشكل في الصف {row} من الملف {path} ليس نقطة (عدد هذه الصفوف هنا: {count}).",
        "The shape in row {row} of the file {path} is not a point ({count} such rows here).",
    ),
    "empty_point": Text(
        "النقطة في الصف {row} من الملف {path} فارغة (عدد هذه الصفوف هنا: {count}).",
        "The point in row {row} of the file {path} is empty ({count} such rows here).",
    ),
    "out_of_lattice": Text(
        "النقطة في الصف {row} من الملف {path} خارج شبكة الخلايا (عدد هذه الصفوف هنا: {count}).",
        "The point in row {row} of the file {path} lies outside the lattice ({count} such rows "
        "here).",
    ),
    "degrees": Text(
        "إحداثيات الملف {path} تبدو درجات، وقد ذُكر أنها أمتار.",
        "The coordinates of the file {path} look like degrees, but are declared as metres.",
    ),
    "exists": Text(
        "{path} موجود وليس فارغًا؛ اختر مجلدًا جديدًا.",
        "{path} exists and is not empty; choose a new folder.",
    ),
    "partitions": Text(
        "عدد الأقسام رقم من 1 فما فوق.",
        "The number of partitions is 1 or more.",
    ),
    "no_cluster": Text(
        "لا يجيب عنقود Dask على العنوان {address}: {reason}.",
        "No Dask cluster answers at {address}: {reason}.",
    ),
    "running": Text(
        "تجري الآن إعادة بناء أخرى لهذا الفهرس؛ أعد المحاولة بعد انتهائها.",
        "Another rebuild of this index is going on; try again when it is over.",
    ),
    "changed": Text(
        "أُفرغ الجدول أو أُعيد بناء الفهرس في أثناء العمل، فبقي الفهرس كما هو؛ أعد المحاولة.",
        "The table was emptied or the index built anew meanwhile, so the index was left as it is; "
        "try again.",
    ),
    "not_an_index": Text(
        "المجلد {path} ليس فهرس كثافة كاملًا لهذه المدينة: {reason}.",
        "The folder {path} is not a whole heat index of this city's lattice: {reason}.",
    ),
}


class Refused(ValueError):
    """A batch is not done; ``code`` is the key of its sentence, ``text`` says why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.text = REFUSALS[code].with_values(**values)

    def __reduce__(self) -> tuple[object, ...]:
        """Come back from another process with its sentence."""
        return _again, self.args

    def __str__(self) -> str:
        return f"{self.text.en}\n{self.text.ar}"


def _again(code: str, values: dict[str, object]) -> Refused:
    return Refused(code, **values)
