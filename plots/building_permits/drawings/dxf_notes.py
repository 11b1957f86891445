"""What is said of a drawing on its way to a site plan: one sentence a code, in both languages."""

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from municipality.words import Text

_STOPS = frozenset({"self_crossing", "left_open", "no_outline", "too_much", "too_many_outlines"})
_LEFT_OUT = _STOPS | {"left_over"}
LARGER = Text("أكبر من القطعة {ar}", "{times} times as large as the plot")
SMALLER = Text("أصغر من القطعة {ar}", "{times} times smaller than the plot")
NOTES = {
    "mended": Text(
        "ملف الرسم تالف وقُرئ ما أمكن منه. تحقق من أن شيئًا لا ينقصه.",
        "The file was damaged and was read as far as it goes. Check that nothing is missing.",
    ),
    "layer_off": Text(
        "الطبقة {layer} مطفأة أو مجمدة في الرسم، وقُرئت.",
        "Layer {layer} is off or frozen in the drawing; it was read.",
    ),
    "closed": Text(
        "في الطبقة {layer} خط مفتوح بفجوة {millimetres} مم، وأُغلق.",
        "An outline on layer {layer} was open by {millimetres} mm and was closed.",
    ),
    "joined": Text(
        "وُصلت خطوط الطبقة {layer} فصارت {count} شكلًا مغلقًا، وأكبر إزاحة {millimetres} مم.",
        "Lines of layer {layer} were joined into {count} closed outlines; "
        "an end was moved {millimetres} mm at most.",
    ),
    "left_over": Text(
        "في الطبقة {layer} خطوط طولها {metres} م ليست من أي شكل مغلق، ولم تُحسب.",
        "Lines of {metres} m on layer {layer} belong to no closed outline and were left out.",
    ),
    "left_open": Text(
        "خطوط الطبقة {layer} لا تنغلق على شكل (طولها {metres} م). أغلق الخط في برنامج الرسم.",
        "The lines of layer {layer} ({metres} m) do not close. Close the outline, send it again.",
    ),
    "self_crossing": Text(
        "في الطبقة {layer} شكل يقطع نفسه، ولم يُحسب. صحّحه في برنامج الرسم.",
        "An outline on layer {layer} crosses itself and was left out. Mend it and send it again.",
    ),
    "no_outline": Text(
        "ليس في الطبقة {layer} شكل مغلق.", "There is no closed outline on layer {layer}."
    ),
    "too_much": Text(
        "في الطبقة {layer} أكثر من {most} نقطة؛ ارسم الحدود الخارجية وحدها في طبقة.",
        "Layer {layer} has more than {most} points; draw the outline alone on a layer.",
    ),
    "too_many_outlines": Text(
        "في الطبقة {layer} {count} شكلًا مغلقًا، والمقبول {most}؛ ارسم الحدود الخارجية وحدها.",
        "Layer {layer} has {count} outlines, {most} at most; draw the outer ones alone.",
    ),
    "overlapping": Text(
        "في الطبقة {layer} أشكال متراكبة؛ حُسبت {square_metres} م² مرة واحدة.",
        "Outlines on layer {layer} lie over each other; {square_metres} m² were counted once.",
    ),
    "several_plots": Text(
        "في الطبقة {layer} {count} أشكال؛ أُخذ أكبرها حدًا للقطعة.",
        "There are {count} outlines on layer {layer}; the largest is taken for the plot.",
    ),
    "unit_looks_like": Text(
        "الرسم {size}؛ يبدو أن وحدته {unit}. تحقق من الوحدة.",
        "The drawing is {size_en}; its unit looks like {unit_en}. Check the unit.",
    ),
    "size_odd": Text(
        "الرسم {size}، ولا تفسّر ذلك وحدة معروفة. تحقق من المقياس.",
        "The drawing is {size_en}, which no known unit explains. Check the scale.",
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing said; ``where`` in the drawing, in metres; ``stops`` where it must be mended."""

    code: str
    words: Text
    layer: str
    where: BaseGeometry | None
    stops: bool

    @property
    def is_left_out(self) -> bool:
        """Whether it tells of something drawn that was not read."""
        return self.code in _LEFT_OUT


def sizes(ratio: float) -> Text:
    """Say by how much a drawing is larger or smaller than its plot, as people write numbers."""
    words, times = (LARGER, ratio) if ratio >= 1 else (SMALLER, 1 / ratio)
    told = round(times) if times >= 100 else round(times, 1)
    shown = f"{float(f'{told:.3g}'):,.1f}".removesuffix(".0")
    few = told in range(3, 11)  # the counted noun follows the number
    arabic = "مرتين" if told == 2 else f"{shown} {'مرات' if few else 'مرة'}"
    return words.with_values(times=shown, ar=arabic)


def note(
    code: str, *, layer: str = "", where: BaseGeometry | None = None, **values: object
) -> Note:
    """Make a note of a code with its values."""
    shown = {name: f"{v:g}" if isinstance(v, float) else v for name, v in values.items()}
    words = NOTES[code].with_values(layer=layer, **shown)
    return Note(code, words, layer, where, code in _STOPS)
