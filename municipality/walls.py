"""Row-level security as migrations write it: who sees which rows of a table."""

STAFF_ALONE = "reach_is_wide()"


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen and changed by ``seen``.

    ``seen`` is a condition in SQL on a row; ``reach_is_wide()`` (cases.0002) holds
    for staff and inside an act that has asked who acts (``municipality.reach``).  A migration
    that has run is never changed: neither is what this returns for it.
    """
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING ({seen});
"""
