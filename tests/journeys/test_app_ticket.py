"""A driver buys a ticket on the phone: here, how much, paid, extended, reminded."""

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from municipality.billing.models import Receipt
from municipality.history.queries import broken
from parking_zones.models import ParkingTicket
from tests.browser.driver import PHONE
from tests.journeys.parking_city import driver_signs_in, parking_city, zone_page
from tests.journeys.processes import City
from tests.journeys.steps import sends, told
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAID = ParkingTicket.State.PAID


def pays(person: Walk, city: City) -> None:
    """Pay the open bill on the gateway's own page and come back."""
    with person.page.expect_navigation():
        person.page.locator("form.paybar button").click()
    person.until(lambda: city.env["GATEWAY_PORT"] in person.page.url)
    person.page.click("button[value=pay]")
    person.until(lambda: person.page.locator("[data-word=paid], .st.pass").count() > 0, seconds=30)
    person.foreign[:] = [url for url in person.foreign if city.env["GATEWAY_PORT"] not in url]


def test_a_ticket_from_here_to_its_last_ten_minutes(walk, tmp_path: Path) -> None:
    with parking_city(tmp_path) as city, walk(city.base, size=PHONE) as driver:
        driver_signs_in(driver, city)
        driver.open(zone_page())
        driver.until(lambda: driver.page.locator("#stay-buy:visible").count() == 1)
        driver.page.click("#stay-more")
        driver.until(lambda: "90" in driver.text("#stay-minutes"))
        driver.until(lambda: "0.300" in driver.text("#stay-price"))
        driver.shot("here")
        driver.page.click("#stay-buy")
        driver.until(lambda: "0.300" in driver.text("#stay-price"))
        driver.page.fill("#plate", "١١١١ ب")
        driver.shot("new-ticket")
        driver.page.click("#buy-form button[type=submit]")
        driver.page.wait_for_load_state("load")
        assert "0.300" in driver.text("main")
        driver.shot("bill")
        pays(driver, city)
        driver.page.click("main a[href='/tickets/']")
        driver.until(lambda: driver.page.locator("[data-stands=runs]").count() == 1)
        assert "1111" in driver.text(".plate") and "بقي" in driver.text("[data-ends]")
        driver.shot("runs")

        # in English: half an hour more, which begins where the first ends
        driver.open("/en/tickets/")
        driver.page.click("button[value='30']")
        driver.page.wait_for_load_state("load")
        pays(driver, city)
        driver.open("/en/tickets/")
        driver.until(lambda: driver.page.locator("[data-stands=later]").count() == 1)
        driver.shot("extended")
        first, more = ParkingTicket.objects.order_by("pk")
        assert (first.state, more.state, more.root) == (PAID, PAID, first)
        assert more.starts_at == first.ends_at

        # five hours are the most; the page says so and asks for nothing
        driver.open("/tickets/new/?zone=7&minutes=300&plate=1111+B")
        driver.page.click("#buy-form button[type=submit]")
        driver.page.wait_for_load_state("load")
        assert "300" in driver.text("main") and ParkingTicket.objects.count() == 2
        driver.shot("too-long")

        # the last ten minutes
        soon = timezone.now() + dt.timedelta(minutes=9)
        for one, minutes in ((first, 120), (more, 30)):  # as if they had begun long ago
            one.starts_at = soon - dt.timedelta(minutes=minutes)
            one.ends_at = soon - dt.timedelta(minutes=30 if one is first else 0)
            one.save()
        assert "1111 B 30" in told(city, "1111 B", "90091")

        # a plate that is none
        driver.open("/tickets/new/?zone=7")
        sends(driver, plate="12")
        assert "اكتب رمز اللوحة مع رقمها" in driver.text("main")
        driver.shot("not-a-plate")
    assert Receipt.objects.count() == 2 and not broken()
