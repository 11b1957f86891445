"""Asking another authority's register over HTTPS: one whole JSON answer in time, or a reason.

What a register says is for whoever asks it; here stands only how it is asked: with a bearer key,
never in the clear, with an end to waiting and to size, and without following it elsewhere.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import urllib3

MOST_BYTES = 500_000
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_T = TypeVar("_T")


class Outcome(StrEnum):
    """What a register answers; unknown is neither of the others."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class Silence(StrEnum):
    """Why there is no answer."""

    NOT_ANSWERING = "not_answering"
    OTHER_FORM = "other_form"


class NoAnswer(Exception):
    """The register did not answer, or not with one whole JSON document; ``why`` says which."""

    def __init__(self, why: Silence) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds to wait: to be connected, for the next piece, for the whole answer."""

    connect_s: float
    silent_s: float
    whole_s: float


class FarRegister:
    """A register at an address; raises ValueError for one that is not asked over https."""

    def __init__(self, *, url: str, key: str, patience: Patience) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("a register is asked over https only")
        self._url = url.rstrip("/")
        self._whole_s = patience.whole_s
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=patience.connect_s, read=patience.silent_s),
            retries=False,
        )

    def _read(self, path: str, question: dict[str, str]) -> tuple[int, Any]:
        until, read = time.monotonic() + self._whole_s, b""
        answer = self._pool.request(
            "GET", f"{self._url}{path}?{urlencode(question)}", headers=self._headers,
            preload_content=False, redirect=False,
        )  # fmt: skip
        try:
            while piece := answer.read1(65_536):  # what has come: read() waits for the whole
                read += piece
                if time.monotonic() > until or len(read) > MOST_BYTES:
                    raise ValueError("the answer did not end")
        finally:
            answer.close()
        return answer.status, json.loads(read) if answer.status == 200 else None

    def asked(self, path: str, question: dict[str, str]) -> Any | None:
        """Ask once; returns the document, or None where the register knows no such thing.

        Raises NoAnswer for anything else.
        """
        try:
            status, told = self._read(path, question)
        except (urllib3.exceptions.HTTPError, OSError):
            raise NoAnswer(Silence.NOT_ANSWERING) from None
        except (ValueError, RecursionError):
            raise NoAnswer(Silence.OTHER_FORM) from None
        if status == 404:
            return None
        if status != 200:
            raise NoAnswer(Silence.NOT_ANSWERING)
        return told

    def found(self, path: str, question: dict[str, str], read: Callable[[Any], _T]) -> _T | None:
        """Ask once and read the document; None where the register knows no such thing.

        ``read`` raises ValueError, KeyError, TypeError or AttributeError for another form.
        Raises NoAnswer for that and for anything else.
        """
        told = self.asked(path, question)
        if told is None:
            return None
        try:
            return read(told)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NoAnswer(Silence.OTHER_FORM) from None
