"""Papers the municipality issues: a code to verify them by, and the hash of the whole file.

PDF readers do not protect a certified file, so a paper is proved by comparing the SHA-256 of
the whole file with what was recorded when it was issued (guards.md §1.11 and threat 10).
"""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence

from municipality.actor import SYSTEM, Actor
from municipality.digits import western
from municipality.documents import store
from municipality.documents.models import IssuedPaper, RevokedCertificate
from municipality.documents.signing.values import SignedPdf
from municipality.history.actions import record
from municipality.reach import acting
from municipality.words import Text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
LETTERS, GROUP = 28, 4  # 28 letters of 5 bits: 140
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})

Fact = tuple[Text, Text]


class CannotEnd(ValueError):
    """The paper is no longer valid, so it cannot be revoked or superseded (again)."""


class StampRevoked(RuntimeError):
    """The certificate that would sign was revoked: nothing is issued until there is another."""


def new_code() -> str:
    """Make an unguessable code: 28 letters, 140 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def shown(code: str) -> str:
    """Write a code in groups of four, as it stands on the paper: ``7K2M-…``; twice is as once."""
    plain = code.replace("-", "")
    return "-".join(plain[at : at + GROUP] for at in range(0, len(plain), GROUP))


def read_code(text: str) -> str:
    """Read a code as people type it: any digits, small letters, blanks, O for 0, I or L for 1.

    What is no code comes back as an empty text.
    """
    plain = western(text[:200]).strip().upper().translate(_MISREAD)
    if len(plain) != LETTERS or not set(plain) <= set(ALPHABET):
        return ""
    return plain


def _facts_json(facts: Sequence[Fact]) -> list[dict[str, dict[str, str]]]:
    return [{"label": label.as_json(), "value": value.as_json()} for label, value in facts]


def facts_of(paper: IssuedPaper) -> list[Fact]:
    """Return the facts of a paper in both languages, in their order."""
    return [(Text(**fact["label"]), Text(**fact["value"])) for fact in paper.facts]


@acting
def issue_paper(
    *,
    kind: str,
    number: str,
    pdf: Callable[[str], bytes | SignedPdf],
    facts: Sequence[Fact],
    at: dt.datetime,
    about: str,
) -> IssuedPaper:
    """Issue a paper inside the caller's transaction; its file is kept by content.

    ``pdf`` is called once with the paper's code and returns the whole file: the code and its
    QR (``stamp``) stand on the paper, so the code is there before the file.  What
    ``signing.stamping.stamped`` returns brings the serial of its certificate along; raises
    StampRevoked where that was revoked.  ``facts`` are what anyone with the code may see.
    ``about`` names the subject (``case/42``).
    """
    code = new_code()
    made = pdf(code)
    whole, serial = (
        (made.pdf, made.certificate_serial) if isinstance(made, SignedPdf) else (made, "")
    )
    if serial and RevokedCertificate.objects.filter(serial=serial).exists():
        raise StampRevoked(serial)
    sha256, size = store.keep([whole])
    paper = IssuedPaper.objects.create(
        code=code, kind=kind, number=number, sha256=sha256, size=size,
        facts=_facts_json(facts), about=about, issued_at=at, certificate_serial=serial,
    )  # fmt: skip
    told = {"kind": kind, "number": number, "sha256": sha256, "about": about}
    record(stream=f"paper/{paper.pk}", act="issue", by=SYSTEM, at=at, facts=told)
    return paper


@acting
def paper(code: str) -> IssuedPaper | None:
    """Return the paper of a code, written in any way people write it; None where there is none.

    Open to anyone: the code is the right to ask.
    """
    plain = read_code(code)
    if not plain:
        return None
    return IssuedPaper.objects.filter(code=plain).first()  # unique


@acting
def papers_of_file(sha256: str) -> list[IssuedPaper]:
    """Return the papers that were issued as this very file, by the SHA-256 of all its bytes.

    Open to anyone: who holds the whole file holds the code that is printed in it.
    """
    return list(IssuedPaper.objects.filter(sha256=sha256).order_by("issued_at", "pk"))


@acting
def papers_about(subject: str) -> list[IssuedPaper]:
    """Return the papers of one subject (``case/42``), oldest first; the caller checks who asks."""
    return list(IssuedPaper.objects.filter(about=subject).order_by("issued_at", "pk"))


def _end(found: IssuedPaper, *, reason: str, at: dt.datetime) -> IssuedPaper:
    held = IssuedPaper.objects.select_for_update().get(pk=found.pk)
    if held.state != IssuedPaper.State.VALID:
        raise CannotEnd(held.state)
    if not reason.strip():
        raise CannotEnd("no reason")
    held.reason, held.ended_at = reason.strip()[:300], at
    return held


@acting
def revoke(*, of: IssuedPaper, reason: str, by: Actor, at: dt.datetime) -> IssuedPaper:
    """Revoke a valid paper; the reason is shown to whoever verifies it.  Raises CannotEnd."""
    held = _end(of, reason=reason, at=at)
    held.state = IssuedPaper.State.REVOKED
    held.save(update_fields=["state", "reason", "ended_at"])
    record(stream=f"paper/{held.pk}", act="revoke", by=by, at=at, facts={"reason": held.reason})
    return held


@acting
def supersede(
    *, of: IssuedPaper, new: IssuedPaper, reason: str, by: Actor, at: dt.datetime
) -> IssuedPaper:
    """Put a newer paper in place of a valid one; raises CannotEnd."""
    if new.pk == of.pk:
        raise CannotEnd("by itself")
    held = _end(of, reason=reason, at=at)
    held.state, held.superseded_by = IssuedPaper.State.SUPERSEDED, new
    held.save(update_fields=["state", "reason", "ended_at", "superseded_by"])
    told = {"reason": held.reason, "new": new.pk}
    record(stream=f"paper/{held.pk}", act="supersede", by=by, at=at, facts=told)
    return held


def is_issued_file(of: IssuedPaper, sha256: str) -> bool:
    """Tell whether a file, by the SHA-256 of all its bytes, is the one that was issued."""
    return secrets.compare_digest(of.sha256, sha256)
