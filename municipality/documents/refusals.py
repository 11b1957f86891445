"""Why a file is refused whole: one sentence a code, in both languages."""

from municipality.words import Text

REFUSALS = {
    "no_file": Text("تعذر فتح الملف: {reason}.", "The file could not be opened: {reason}."),
    "empty_file": Text("الملف فارغ: صفر بايت.", "The file is empty: 0 bytes."),
    "too_large": Text("الملف أكبر من {most} غيغابايت.", "The file is larger than {most} GiB."),
    "kind_not_accepted": Text(
        "هذا ملف من نوع {kind}؛ المقبول: GeoPackage وShapefile مضغوط وGeoJSON وCSV وFlatGeobuf وOSM.",
        "This is a {kind} file; accepted: GeoPackage, zipped shapefile, GeoJSON, CSV, FlatGeobuf, OSM.",
    ),
    "kind_unknown": Text(
        "نوع الملف غير معروف؛ المقبول: GeoPackage وShapefile مضغوط وGeoJSON وCSV وFlatGeobuf وOSM.",
        "Not a file of a known kind; accepted: GeoPackage, zipped shapefile, GeoJSON, CSV, "
        "FlatGeobuf, OSM.",
    ),
    "shapefile_not_zipped": Text(
        "ملف shp وحده لا يكفي: اضغط shp وshx وdbf وprj في ملف zip واحد.",
        "A .shp alone is not enough: put .shp, .shx, .dbf and .prj into one zip file.",
    ),
    "shapefile_incomplete": Text(
        "ينقص الملف {part} بجانب ملف shp داخل الأرشيف.",
        "The archive lacks the {part} file beside the .shp.",
    ),
    "zip_encrypted": Text("الأرشيف محمي بكلمة مرور.", "The archive is protected by a password."),
    "zip_bad_name": Text(
        "في الأرشيف اسم ملف غير مقبول: {name}.", "The archive holds an unacceptable name: {name}."
    ),
    "zip_not_a_file": Text(
        "في الأرشيف ما ليس ملفًا عاديًا: {name}.", "The archive holds what is no plain file: {name}."
    ),
    "zip_too_many": Text(
        "في الأرشيف {count} ملف، والمقبول {most}.",
        "The archive holds {count} files; {most} at most.",
    ),
    "zip_too_large": Text("محتوى الأرشيف أكبر من المسموح.", "What the archive holds is too large."),
    "zip_bomb": Text(
        "الأرشيف يتضخم {ratio} مرة عند فكه، ولم يُفك.",
        "The archive would grow {ratio} times when unpacked; it was not unpacked.",
    ),
    "zip_lies": Text(
        "حجم الملف {name} في الأرشيف غير ما يقوله فهرسه.",
        "{name} is larger than the archive's table of contents says.",
    ),
    "zip_nested": Text("في الأرشيف أرشيف آخر.", "The archive holds another archive."),
    "zip_doubled_name": Text("في الأرشيف اسم مكرر.", "The archive holds one name twice."),
    "zip_broken": Text("الأرشيف تالف: {reason}.", "The archive is damaged: {reason}."),
    "zip_without_data": Text(
        "ليس في الأرشيف ملف بيانات واحد مقبول.", "The archive does not hold exactly one data file."
    ),
    "layer_not_named": Text(
        "في الملف طبقات عدة؛ اختر إحداها بالخيار --layer: {layers}.",
        "The file holds several layers; choose one with --layer: {layers}.",
    ),
    "no_such_layer": Text(
        "لا توجد طبقة بهذا الاسم؛ في الملف: {layers}.",
        "There is no layer of that name; the file holds: {layers}.",
    ),
    "no_layer": Text("ليس في الملف طبقة.", "The file holds no layer."),
    "no_features": Text(
        "ليس في ملف JSON قائمة معالم أو صفوف.", "The JSON holds no list of features or rows."
    ),
    "no_header": Text("ليس في الجدول سطر عناوين.", "The table has no line of column names."),
    "not_json": Text(
        "ليس JSON صحيحًا: السطر {line}، العمود {column}: {reason}.",
        "Not valid JSON: line {line}, column {column}: {reason}.",
    ),
    "json_too_deep": Text("تداخل JSON أعمق من المسموح.", "The JSON is nested too deeply."),
    "too_many_rows": Text("في الملف أكثر من {most} صف.", "The file has more than {most} rows."),
    "too_many_columns": Text(
        "في الملف أكثر من {most} عمود.", "The file has more than {most} columns."
    ),
    "file_damaged": Text(
        "الملف تالف: يقول إن فيه {said} صفًا، وأمكنت قراءة {read}.",
        "The file is damaged: it says {said} rows, {read} could be read.",
    ),
    "unreadable": Text("تعذرت قراءة الملف: {reason}.", "The file could not be read: {reason}."),
    "driver_missing": Text("لا قارئ للنوع {kind}.", "There is no reader for {kind}."),
    "too_large_to_read": Text(
        "تحتاج قراءة الملف إلى ذاكرة أكثر من المسموح.",
        "Reading the file takes more memory than is allowed.",
    ),
    "not_confined": Text(
        "لم يُفتح الملف: لا يتيح هذا الخادم عزل قارئ الملفات ({lacks}). الملف نفسه لم يُفحص.",
        "The file was not opened: this server does not let the reader be shut off ({lacks}). "
        "Nothing is said of the file itself.",
    ),
    "paper_too_large": Text(
        "الملف أكبر من {most} م.ب. قسّمه أو خفّض دقته ثم أرفقه.",
        "The file is larger than {most} MB. Split it or lower its resolution, then attach it.",
    ),
    "paper_kind": Text(
        "هذا ملف من نوع {kind}؛ نقبل {accepted}. احفظه بأحدها ثم أرفقه.",
        "This is a {kind} file; {accepted} is accepted. Save it as such and attach it.",
    ),
    "paper_kind_unknown": Text(
        "نوع الملف غير معروف؛ نقبل {accepted}.",
        "Not a file of a known kind; {accepted} is accepted.",
    ),
    "photo_too_large": Text(
        "في الصورة أكثر من {most} مليون نقطة؛ صغّرها ثم أرفقها.",
        "The picture has more than {most} million pixels; make it smaller and attach it.",
    ),
    "photo_broken": Text(
        "الصورة تالفة أو ناقصة: {reason}. التقطها أو احفظها من جديد.",
        "The picture is damaged or cut off: {reason}. Take it or save it again.",
    ),
    "box_not_sound": Text(
        "المربع {number} خارج الصورة أو معكوس. ارسمه من جديد فوق ما يُخفى.",
        "Box {number} lies outside the picture or is turned round. Draw it again over what to hide.",
    ),
    "box_too_small": Text(
        "المربع {number} أصغر من أن يخفي شيئًا؛ ارسمه أكبر.",
        "Box {number} is too small to hide anything; draw it larger.",
    ),
    "too_many_boxes": Text(
        "أكثر من {most} مربعًا على صورة واحدة؛ اجمع المتجاور منها في مربع.",
        "More than {most} boxes on one picture; put neighbours into one box.",
    ),
    "photo_not_there": Text(
        "هذه الصورة غير متاحة الآن: إما أنها حُذفت بعد مدة الحفظ أو تنتظر الفحص.",
        "This photo is not at hand: it was removed after its time of keeping, or waits to be scanned.",
    ),
    "no_photo": Text("ليس هذا الملف صورة.", "This file is no photo."),
    "pdf_locked": Text(
        "ملف PDF محمي بكلمة مرور أو مشفر؛ احفظه بلا حماية ثم أرفقه.",
        "The PDF is protected or encrypted; save it without protection and attach it.",
    ),
    "pdf_script": Text(
        "في ملف PDF برنامج JavaScript؛ اطبعه إلى PDF جديد ثم أرفقه.",
        "The PDF holds JavaScript; print it to a new PDF and attach that.",
    ),
    "pdf_launch": Text(
        "في ملف PDF أمر يشغّل برنامجًا أو يرسل بيانات؛ اطبعه إلى PDF جديد ثم أرفقه.",
        "The PDF holds an action that starts a program or sends data; print it to a new PDF.",
    ),
    "pdf_embedded": Text(
        "في ملف PDF ملفات مرفقة داخله؛ أرفق كل ملف وحده.",
        "The PDF holds other files; attach each file by itself.",
    ),
    "pdf_xfa": Text(
        "ملف PDF نموذج XFA تفاعلي؛ اطبعه إلى PDF جديد ثم أرفقه.",
        "The PDF is an interactive XFA form; print it to a new PDF and attach that.",
    ),
    "pdf_pages": Text(
        "في ملف PDF {count} صفحة، والمقبول من 1 إلى {most}.",
        "The PDF has {count} pages; 1 to {most} are accepted.",
    ),
    "pdf_too_many_objects": Text(
        "في ملف PDF أكثر من {most} جزء.", "The PDF is made of more than {most} parts."
    ),
    "pdf_broken": Text(
        "ملف PDF تالف: {reason}. احفظه من جديد ثم أرفقه.",
        "The PDF is damaged: {reason}. Save it again and attach it.",
    ),
    "infected": Text(
        "في الملف برنامج ضار ({name})، ولم يُحفظ. افحص جهازك.",
        "The file holds malware ({name}) and was not kept. Check your device.",
    ),
    "drawing_too_large": Text(
        "الرسم أكبر من {most} م.ب. صدّر مخطط الموقع وحده ثم أرفقه.",
        "The drawing is larger than {most} MB. Export the site plan alone and attach that.",
    ),
    "drawing_is_dwg": Text(
        "هذا ملف DWG؛ صدّره من برنامج الرسم بصيغة DXF ثم أرفقه.",
        "This is a DWG file; export it as DXF from your drawing program and attach that.",
    ),
    "drawing_kind": Text(
        "هذا ملف من نوع {kind}؛ المطلوب رسم بصيغة DXF.",
        "This is a {kind} file; a drawing in DXF is wanted.",
    ),
    "drawing_kind_unknown": Text(
        "ليس هذا رسمًا بصيغة DXF؛ صدّره من برنامج الرسم بصيغة DXF ثم أرفقه.",
        "Not a drawing in DXF; export it as DXF from your drawing program and attach that.",
    ),
    "drawing_version": Text(
        "إصدار DXF هذا غير معروف؛ صدّر الرسم بإصدار من R12 إلى 2018.",
        "This version of DXF is not known; export the drawing as R12 to 2018.",
    ),
    "drawing_damaged": Text(
        "ملف DXF تالف أو ناقص ({reason}). صدّره من جديد ثم أرفقه.",
        "The DXF is damaged or cut off ({reason}). Export it again and attach it.",
    ),
    "drawing_cut_off": Text(
        "ملف DXF مقطوع قبل نهايته. صدّره أو أرسله من جديد.",
        "The DXF breaks off before its end. Export it or send it again.",
    ),
    "drawing_empty": Text(
        "الرسم فارغ: ليس في فضاء النموذج شيء. ارسم مخطط الموقع في Model لا في Layout.",
        "The drawing is empty: nothing is in model space. Draw the site plan in Model, not in a Layout.",
    ),
    "drawing_nothing_read": Text(
        "ليس في الرسم شكل يُقرأ؛ كل ما فيه: {kinds}. ارسم الحدود خطوطًا أو خطوطًا متصلة (PLINE).",
        "No shape of the drawing could be read; all it holds is: {kinds}. Draw outlines as lines or polylines.",
    ),
    "drawing_out_of_range": Text(
        "إحداثيات الرسم خارج كل مكان على الأرض؛ راجع مقياس الكتل ومكان الرسم.",
        "The coordinates lie nowhere on earth; check the scale of the blocks and the place of the drawing.",
    ),
    "drawing_too_many_objects": Text(
        "في الرسم أكثر من {most} عنصر بعد وضع الكتل في مواضعها. صدّر مخطط الموقع وحده.",
        "The drawing comes to more than {most} objects with its blocks in place. Export the site plan alone.",
    ),
    "drawing_too_many_vertices": Text(
        "في الرسم أكثر من {most} نقطة. صدّر مخطط الموقع وحده.",
        "The drawing comes to more than {most} points. Export the site plan alone.",
    ),
    "drawing_too_many_layers": Text(
        "في الرسم {count} طبقة، والمقبول {most}. احذف الطبقات غير المستعملة (PURGE).",
        "The drawing has {count} layers; {most} at most. Remove the unused ones (PURGE).",
    ),
    "drawing_block_loop": Text(
        "الكتلة {name} تحتوي نفسها، فلا نهاية للرسم.",
        "Block {name} holds itself, so the drawing has no end.",
    ),
    "drawing_blocks_deep": Text(
        "تداخل الكتل أعمق من {most} مستوى.", "Blocks are nested deeper than {most} levels."
    ),
    "gate_limit": Text(
        "أوقفت القراءة لأنها تجاوزت الوقت أو الحجم المسموح.",
        "Reading was stopped: it went past the allowed time or size.",
    ),
    "gate_crashed": Text(
        "تعذرت قراءة الملف: توقف القارئ ({reason}).",
        "The file could not be read: the reader stopped ({reason}).",
    ),
}


def sentence(code: str, **values: object) -> Text:
    """Return the sentence of a refusal with its values filled in."""
    words = REFUSALS.get(code, REFUSALS["unreadable"])
    filled = {"reason": code, **values}
    try:
        return words.with_values(**filled)
    except KeyError:
        return Text(words.ar.split(":")[0], words.en.split(":")[0])
