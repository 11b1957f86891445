"""Texts in Arabic and English, written together.

A text exists in both languages or not at all; which one is shown is decided when it is
turned to ``str``, by the language of the page (Arabic at ``/``, English at ``/en/``).
Why not gettext: docs/decisions/0003.
"""

from dataclasses import dataclass

from django.utils.translation import get_language


def in_arabic() -> bool:
    """Tell whether the active language is Arabic, the first language of the city."""
    return not (get_language() or "ar").startswith("en")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Arabic and in English; ``{field}`` is filled by ``with_values``."""

    ar: str
    en: str

    def __str__(self) -> str:
        return self.ar if in_arabic() else self.en

    def with_values(self, **values: object) -> "Text":
        """Fill the same fields in both languages; raises KeyError for a missing one."""
        return Text(self.ar.format_map(values), self.en.format_map(values))

    def in_language(self, language: str) -> str:
        """Return the Arabic text for ``ar``, the English one for anything else."""
        return self.ar if language.startswith("ar") else self.en

    def as_json(self) -> dict[str, str]:
        """Return both languages for reports that are read later."""
        return {"ar": self.ar, "en": self.en}
