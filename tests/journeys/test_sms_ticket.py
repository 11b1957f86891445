"""A ticket by text message through the operator's SMSC and its payment interface, as processes."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from municipality.history.queries import broken
from parking_zones.models import ParkingTicket
from tests.journeys.parking_city import parking_city
from tests.journeys.processes import City
from tests.journeys.steps import CITIZEN, texts, told
from tests.notices.builders import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHER, POOR = "+96892000002", "+96892000009"


def operator(city: City, path: str, body: dict[str, Any] | None = None) -> Any:
    """Look into the operator's journal, or give it faults."""
    url = f"http://127.0.0.1:{city.env['OPERATOR_PORT']}/{path}"
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as answer:
        return json.load(answer)


def test_a_ticket_by_message_from_text_to_reminder(tmp_path: Path) -> None:
    with parking_city(tmp_path) as city:
        texts(city, CITIZEN, "١١١١ ب ٦٠")
        reply = told(city, "تذكرة", "1111 ب", "0.200")
        ticket = ParkingTicket.objects.get()
        assert ticket.number in reply and ticket.state == "paid" and ticket.zone is None

        # in Latin, with the zone on the sign, from another telephone: a ticket of its own
        texts(city, OTHER, "1111b30 z7")
        assert "1111 B, zone 7" in told(city, "ticket PT-", to=OTHER)
        assert ParkingTicket.objects.filter(root=None).count() == 2

        # sent again it is extended
        texts(city, CITIZEN, "1111 B 30")
        assert "1111 B" in told(city, "ticket PT-", "0.100")
        more = ParkingTicket.objects.get(root=ticket)
        assert more.starts_at == ticket.ends_at

        # what cannot be bought is said in the script it was written in
        texts(city, CITIZEN, "1111 ب 45")
        assert "30" in told(city, "مضاعفات")
        texts(city, CITIZEN, "1111 B 300")
        assert "300" in told(city, "at most")

        # an operator that takes the money and does not answer: asked again, charged once
        operator(city, "control", {"faults": ["lost"]})
        texts(city, CITIZEN, "2222 M 30")
        until(lambda: len(operator(city, "journal")["charged"]) == 4, seconds=20)
        assert ParkingTicket.objects.get(plate_key="OM-2222-M").state == "asked"
        operator(city, "control", {"poor": [POOR]})
        told(city, "2222 M", "ticket PT-")
        assert len(operator(city, "journal")["charged"]) == 4

        # no balance, no ticket
        texts(city, POOR, "3333 D 30")
        told(city, "did not take", to=POOR)
        charged = operator(city, "journal")["charged"]
        paid = ParkingTicket.objects.filter(state="paid").values_list("public_id", flat=True)
        assert {one["clientCorrelator"] for one in charged} == set(paid)
    assert not broken()
