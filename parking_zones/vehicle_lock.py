"""One thing at a time about one vehicle: a ticket asked for and a violation issued wait in line.

So "who asked before it was issued is not fined" has one answer (guards.md fault 10).
"""

from django.db import connection

LOCK_CLASS = 0x706C6174  # "plat": the first key of the advisory locks of vehicles


def lock_vehicle(plate_key: str) -> None:
    """Hold a vehicle's turn until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, plate_key])
