"""Message templates: what one role reads at one event, in both languages, and what it costs.

The first wording of a template stands in the code of its feature, checked when it loads; an
editor's wordings are rows (``wording.edit``), checked before they are saved.  Both are filled
by putting values into plain ``{name}`` fields and in no other way: a wording is never given to
``str.format``, so that ``{0.__class__}`` and its like are refused, not run.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from municipality.conf import PROFILE
from municipality.notices.gsm import parts
from municipality.words import Text

FIELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PERCENT = re.compile(r"%[0-9.#+-]*[a-zA-Z(]")
_BLANKS = re.compile(" {2,}")
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
OUR_NAME = Text(PROFILE.municipality_ar, PROFILE.municipality_en)
LONGEST_TEXT = 1_000  # letters of a wording; seven parts and more are no text message


class TemplateError(ValueError):
    """A wording that may not be used; ``sentence`` says why, in both languages."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence


def _refuse(ar: str, en: str) -> TemplateError:
    return TemplateError(Text(ar, en))


def fields(text: str) -> frozenset[str]:
    """Return the names of a wording's fields; raises TemplateError for any other brace or ``%s``.

    >>> sorted(fields("Bill {number}: {amount}"))
    ['amount', 'number']
    """
    rest = FIELD.sub("", text)
    if "{" in rest or "}" in rest:
        raise _refuse(
            "لا تُقبل الأقواس { } إلا حول اسم حقل، مثل {number}.",
            "Braces may stand only around the name of a field, as in {number}.",
        )
    if _PERCENT.search(rest):
        raise _refuse(
            "لا تُقبل علامة % يليها حرف. اترك مسافة أو اكتبها بعد الرقم.",
            "A % may not be followed by a letter; leave a blank or write it behind the number.",
        )
    return frozenset(FIELD.findall(text))


def _check_letters(text: str) -> None:
    if not text.strip():
        raise _refuse("النص فارغ.", "The text is empty.")
    if len(text) > LONGEST_TEXT:
        raise _refuse(
            f"النص أطول من {LONGEST_TEXT} حرف.", f"The text is longer than {LONGEST_TEXT} letters."
        )
    for letter in text:
        control = unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter != "\n"
        if control or letter in _BIDI:
            raise _refuse(
                f"في النص حرف غير مرئي لا يُقبل (U+{ord(letter):04X}).",
                f"The text holds an invisible character that is refused (U+{ord(letter):04X}).",
            )


def _check_cost(text: str, template: "Template") -> None:
    prefixes = ("", template.late.ar, template.late.en) if template.late else ("",)
    for late in prefixes:
        count = parts(late + _put(text, template.longest))
        if count > template.max_parts:
            raise _refuse(
                f"تبلغ الرسالة {count} أجزاء مع أطول القيم، والمسموح {template.max_parts}.",
                f"With the longest values this is {count} SMS parts; "
                f"{template.max_parts} are allowed.",
            )


def _put(text: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(lambda found: values[found[1]], text)


def clean(value: object) -> str:
    """Write a value as it may stand in a message: one line, no control or direction marks."""
    kept = "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in str(value)
        if letter not in _BIDI and unicodedata.category(letter) != "Cs"
    )
    return " ".join(kept.split())


@dataclass(frozen=True, slots=True)
class Template:
    """What one role reads at one event; ``longest`` holds the longest value of each field.

    ``subject`` stands above it where it goes by e-mail.  A message that waited more than
    ``stale_after_s`` seconds begins with ``late``; one that waited ``useful_for_s`` is not sent
    any more.  Raises TemplateError when it is loaded: fields differ, or too many parts.
    """

    code: str
    ar: str
    en: str
    longest: Mapping[str, str]
    max_parts: int = 2
    subject: Text = OUR_NAME
    stale_after_s: int | None = None
    late: Text | None = None
    useful_for_s: int = 3 * 24 * 3600

    def __post_init__(self) -> None:
        if (self.stale_after_s is None) != (self.late is None):
            raise _refuse("مهلة التأخر ونصه معًا.", "stale_after_s and late come together.")
        self.check(self.ar, self.en)

    def check(self, ar: str, en: str) -> None:
        """Raise TemplateError unless this wording may stand for the template's own."""
        for text in (ar, en):
            _check_letters(text)
            if (found := fields(text)) != set(self.longest):
                names = ", ".join(f"{{{name}}}" for name in sorted(found ^ set(self.longest)))
                raise _refuse(
                    f"{self.code}: حقول زائدة أو ناقصة: {names}",
                    f"{self.code}: fields too many or missing: {names}",
                )
            _check_cost(text, self)


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a template that is in force: version 0 is the one of the code."""

    template: Template
    version: int
    ar: str
    en: str

    def filled(self, language: str, values: Mapping[str, object]) -> str:
        """Put the values into the text of one language.

        Raises KeyError for a field without a value: that is a fault of the caller's code.
        """
        text = Text(self.ar, self.en).in_language(language)
        filled = _put(text, {name: clean(values[name]) for name in self.template.longest})
        return _BLANKS.sub(" ", filled).strip()  # a value may be empty


@cache
def registry() -> dict[str, Template]:
    """Load every template of ``settings.NOTICE_TEMPLATES``; raises ValueError for a code twice."""
    found: dict[str, Template] = {}
    for dotted in settings.NOTICE_TEMPLATES:
        for template in import_string(dotted):
            if template.code in found:
                raise ValueError(f"two templates are called {template.code}")
            found[template.code] = template
    return found
