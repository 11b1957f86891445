"""Faults 1, 2, 3 and 12: a served city is killed while a client pays; nothing acknowledged is lost.

A sample; the campaign city_kills stands before every durable call, and kills at random moments.
"""

import os
import random
from pathlib import Path

import pytest
from django.db import connection, transaction

from deploy import cluster as clusters
from deploy.cluster import APPLICATION
from deploy.layout import Layout
from municipality.billing.models import Bill, Receipt
from tests.cases.builders import a_town
from tests.killing import law
from tests.killing.city import City, running
from tests.killing.trial import Kill, Run, pay

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = (
    Kill(step="start", at_call=15),
    Kill(step="job", at_call=20),
    Kill(victim="backend", after_s=0.2),
)


def test_killed_while_a_client_pays_nothing_acknowledged_is_lost_and_a_loss_is_seen(
    tmp_path: Path,
) -> None:
    """One city for all of it: starting one takes longer than three payments."""
    made = clusters.load(Layout())
    name = str(connection.settings_dict["NAME"])
    url = os.environ.get("DATABASE_URL") or (made.url(APPLICATION, name) if made else "")
    a_town()
    with running(tmp_path, url=url) as city:
        for kill in KILLS:
            run = pay(city, kill, random.Random(7))
            assert run.kills == 1, kill
        _control_a_receipt_that_is_gone_is_missed(run)
        _control_a_commit_that_was_told_and_not_made_is_missed(city)


def _control_a_receipt_that_is_gone_is_missed(run: Run) -> None:
    """The law is held against a database that lost what the client was shown."""
    assert run.paid is not None
    bill = Bill.objects.get(pk=run.paid.bill_id)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE billing_receipt DISABLE TRIGGER USER")
        Receipt.objects.filter(bill=bill).delete()
        with pytest.raises(Receipt.DoesNotExist):
            law.hold(run.city, run.paid, run.client)
        transaction.set_rollback(True)
    law.hold(run.city, run.paid, run.client)


def _control_a_commit_that_was_told_and_not_made_is_missed(city: City) -> None:
    """Last: the bank's message is acknowledged, and what it did is lost."""
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        pay(city, Kill(step="lie"), random.Random(7))
