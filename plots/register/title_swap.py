"""Titles into place: newer deeds end older ones, and a batch is taken back as it came."""

from typing import Any

from municipality.importing.records import check_nothing_stands_on, close_batch, open_batch
from municipality.importing.spec import Job
from municipality.words import Text

STAGED = {
    "deed_number": "text", "plot_id": "bigint", "owner_name": "text", "civil_number": "text",
    "numerator": "bigint", "denominator": "bigint", "since": "date", "until": "date",
    "as_of": "date", "source": "text", "is_known": "boolean",
}  # fmt: skip
ENDED = """
UPDATE plots_title t SET valid = daterange(lower(t.valid), n.since), ended_by_id = %(batch)s
FROM (SELECT plot_id, min(since) AS since FROM incoming WHERE NOT is_known GROUP BY 1) n
WHERE t.plot_id = n.plot_id AND upper_inf(t.valid) AND lower(t.valid) < n.since
"""
TITLES = """
INSERT INTO plots_title (deed_number, plot_id, valid, source, as_of, batch_id)
SELECT DISTINCT ON (deed_number) deed_number, plot_id, daterange(since, until), source, as_of,
       %(batch)s
FROM incoming WHERE NOT is_known ORDER BY deed_number, row
"""
SHARES = """
INSERT INTO plots_titleshare
  (title_id, position, owner_name, civil_number, numerator, denominator)
SELECT t.id, row_number() OVER (PARTITION BY t.id ORDER BY n.row), n.owner_name, n.civil_number,
       n.numerator, n.denominator
FROM incoming n JOIN plots_title t USING (deed_number) WHERE NOT n.is_known
"""
WHOLE = "SET CONSTRAINTS title_has_owners, title_shares_sum_to_one IMMEDIATE"
TOTALS = """
SELECT (SELECT count(DISTINCT deed_number) FROM incoming WHERE is_known) AS known_titles,
       (SELECT count(DISTINCT nullif(civil_number, '')) FROM incoming) AS civil_numbers,
       (SELECT count(*) FROM plots_title WHERE valid @> %(on)s::date) AS titles_in_force,
       (SELECT count(*) FROM plots_plot p WHERE p.valid @> %(on)s::date AND NOT EXISTS
         (SELECT FROM plots_title t WHERE t.plot_id = p.id AND t.valid @> %(on)s::date))
         AS plots_without_title
"""
STANDS_ON = Text(
    "على سندات هذه الدفعة وكالات أو سندات أحدث؛ تُلغى الأحدث أولًا.",
    "Mandates or newer deeds stand on titles of this batch; the newer ones are undone first.",
)
STANDING = """
SELECT EXISTS (SELECT FROM plots_title WHERE batch_id = %(batch)s AND ended_by_id <> %(batch)s)
    OR EXISTS (SELECT FROM plots_titlemandate m JOIN plots_title t ON t.id = m.title_id
               WHERE t.batch_id = %(batch)s)
"""


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Take the staged deeds as one batch; returns the totals a clerk reconciles them by."""
    batch = open_batch(job)
    counted = {}
    for name, statement in (("ended", ENDED), ("titles", TITLES), ("shares", SHARES)):
        cursor.execute(statement, {"batch": batch.pk})
        counted[name] = cursor.rowcount
    cursor.execute(WHOLE)
    cursor.execute("SET CONSTRAINTS title_has_owners, title_shares_sum_to_one DEFERRED")
    cursor.execute(TOTALS, {"on": job.on})
    return close_batch(cursor, batch, **counted)


def take_back(cursor: Any, batch: int) -> dict[str, Any]:
    """Remove the titles of a batch and let those it ended hold again; raises NoSwap."""
    asked = {"batch": batch}
    check_nothing_stands_on(cursor, batch, standing=STANDING, why=STANDS_ON)
    cursor.execute(
        "DELETE FROM plots_titleshare s USING plots_title t "
        "WHERE t.id = s.title_id AND t.batch_id = %(batch)s",
        asked,
    )
    cursor.execute("DELETE FROM plots_title WHERE batch_id = %(batch)s", asked)
    removed = cursor.rowcount
    cursor.execute(
        "UPDATE plots_title SET valid = daterange(lower(valid), NULL), ended_by_id = NULL "
        "WHERE ended_by_id = %(batch)s",
        asked,
    )
    return {"removed": removed, "reopened": cursor.rowcount}
