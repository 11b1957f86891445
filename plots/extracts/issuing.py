"""From a paid fee to an issued paper: a job made in the transaction that settled the fee."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case


def ask_for_paper(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Ask the worker to print and issue; asked twice, the second finds nothing to do."""
    from plots.extracts.jobs import issue_extract  # jobs move the case: it knows this machine

    issue_extract.enqueue(case.pk)
