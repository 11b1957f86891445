"""Keys of terminals: derived, so that the database holds none; pure."""

import hashlib
import hmac


def key_of(*, secret: str, code: str, version: int) -> bytes:
    """Derive the key of one terminal from the city's secret; another version is another key."""
    return hmac.new(secret.encode(), f"terminal/{code}/{version}".encode(), hashlib.sha256).digest()


def proof(*, key: bytes, nonce: str) -> str:
    """Return what a holder of the key answers to a nonce."""
    return hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()


def proves(*, key: bytes, nonce: str, given: object) -> bool:
    """Tell in constant time whether an answer comes from a holder of the key."""
    return isinstance(given, str) and hmac.compare_digest(
        proof(key=key, nonce=nonce).encode(), given.encode()
    )
