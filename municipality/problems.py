"""What went wrong, in words a person can read: the one exception of every public door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from municipality.words import Text

TITLES = {
    400: Text("طلب غير صحيح", "Bad request"),
    401: Text("يلزم تسجيل الدخول", "Sign-in needed"),
    403: Text("غير مسموح", "Not allowed"),
    404: Text("غير موجود", "Not found"),
    405: Text("الطريقة غير مسموحة", "Method not allowed"),
    409: Text("تعارض", "Conflict"),
    413: Text("الحجم أكبر من المسموح", "Too large"),
    415: Text("نوع الملف غير مقبول", "Unsupported type"),
    422: Text("قيمة غير مقبولة", "Unacceptable value"),
    429: Text("طلبات كثيرة", "Too many requests"),
    500: Text("خطأ في النظام", "Server error"),
    501: Text("غير منشور", "Not published"),
    503: Text("الخدمة غير متاحة الآن", "Service unavailable"),
}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong value: where (JSON pointer or parameter name) and why."""

    pointer: str
    detail: Text


class Problem(Exception):
    """A refusal with an HTTP status, a stable code and a sentence in both languages.

    Rendered as RFC 9457 ``application/problem+json`` for machines and as a page for people.
    ``extra`` are further members of the document (RFC 9457 §3.2), such as what is needed next.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: Text,
        errors: Sequence[FieldProblem] = (),
        *,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code, detail.en)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


def bad_value(pointer: str, detail: Text, *, status: int = 422, code: str = "bad_value") -> Problem:
    """Make the refusal of one named value."""
    return Problem(status, code, detail, [FieldProblem(pointer, detail)])
