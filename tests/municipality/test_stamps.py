"""What a process keeps of small tables is dropped when they change, whoever changes them."""

import time

import psycopg2
import pytest
from django.db import connection, transaction

from municipality.places import watch
from municipality.places.models import Wilayat
from municipality.places.stamps import Kept


@pytest.fixture
def listening(settings):
    settings.GEO_WATCH_STAMPS = True
    yield
    watch.close()


def names() -> list[str]:
    return list(Wilayat.objects.order_by("code").values_list("code", flat=True))


def another_process_adds(code: str) -> None:
    with psycopg2.connect(**connection.get_connection_params()) as other, other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO places_wilayat (code, name_ar, name_en, aliases) VALUES (%s, 'أ', 'A', '{}')",
            [code],
        )
    other.close()


def until(kept: Kept, wanted: object) -> bool:
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if kept.get() == wanted:
            return True
    return False


@pytest.mark.django_db(transaction=True)
def test_change_by_another_process_is_heard(listening) -> None:
    kept = Kept(names, "places")
    assert kept.get() == []
    another_process_adds("one")
    assert until(kept, ["one"])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_while_nothing_changes(listening, django_assert_num_queries) -> None:
    kept = Kept(names, "places")
    kept.get()
    with django_assert_num_queries(0):
        kept.get()


@pytest.mark.django_db(transaction=True)
def test_control_a_stamp_nobody_raises_is_never_heard(listening) -> None:
    kept = Kept(names, "another")
    kept.get()
    another_process_adds("one")
    time.sleep(0.3)
    assert kept.get() == []


@pytest.mark.django_db(transaction=True)
def test_lost_connection_falls_back_to_asking_and_misses_nothing(listening) -> None:
    kept = Kept(names, "places")
    kept.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query = 'LISTEN stamps' AND datname = current_database()"
        )
    another_process_adds("one")
    assert until(kept, ["one"])
    another_process_adds("two")
    assert until(kept, ["one", "two"])


@pytest.mark.django_db(transaction=True)
def test_a_transaction_sees_its_own_writes(listening) -> None:
    kept = Kept(names, "places")
    kept.get()
    with transaction.atomic():
        Wilayat.objects.create(code="mine", name_ar="أ", name_en="A")
        assert kept.get() == ["mine"]


@pytest.mark.django_db
def test_without_listening_the_table_is_asked() -> None:
    kept = Kept(names, "places")
    assert kept.get() == []
    Wilayat.objects.create(code="mine", name_ar="أ", name_en="A")
    assert kept.get() == ["mine"]
