"""Keyed digests: what is compared but never read back (codes, keys, names in counters)."""

import hashlib
import hmac

from django.utils.crypto import salted_hmac


def mac(purpose: str, *parts: object) -> str:
    """Return the HMAC-SHA-256 of some values under the portal's key, in hexadecimal digits.

    ``purpose`` keeps uses apart: the MAC of one is worth nothing in another.
    """
    held = "\x1f".join(str(part) for part in parts)
    return str(salted_hmac(f"municipality.people.{purpose}", held, algorithm="sha256").hexdigest())


def derived_key(purpose: str, salt: str) -> bytes:
    """Derive 20 bytes from the portal's key and a stored salt."""
    return salted_hmac(f"municipality.people.{purpose}", salt, algorithm="sha256").digest()[:20]


def same(left: str, right: str) -> bool:
    """Compare two digests in a time that tells nothing."""
    return hmac.compare_digest(left.encode(), right.encode())


def fingerprint(text: str) -> str:
    """Return the plain SHA-256 of something that is itself random (128 bits or more)."""
    return hashlib.sha256(text.encode()).hexdigest()
