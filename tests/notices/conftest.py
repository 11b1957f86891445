"""The templates and the command of the tests, and processes that serve one file of tests."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import TransactionTestCase

from municipality.notices import inbound, templates
from municipality.notices.models import InboundMessage, InboundPart, Message, Receipt
from tests.notices.builders import Binding, Smsc, a_binding, an_smsc, until

LET_END_S = 5.0
OWN = ["municipality.notices.inbound.TEMPLATES", "tests.notices.builders.TEMPLATES"]


@pytest.fixture(autouse=True)
def with_test_templates(settings: Any) -> Iterator[None]:
    """Load the registry with the templates of the tests, and again without them."""
    settings.NOTICE_TEMPLATES = OWN
    settings.SMS_COMMANDS = {"fake": "tests.notices.commands.fake"}
    for kept in (templates.registry, inbound._shapes):
        kept.cache_clear()
    yield
    for kept in (templates.registry, inbound._shapes):
        kept.cache_clear()


def delete_messages(case: object) -> None:
    """Empty the tables of messages; a TRUNCATE of all would wait for the process that is bound.

    What is on its way to the SMSC is let come to its end first: the process that holds it ends
    when its row is gone.
    """
    end = time.monotonic() + LET_END_S

    def deleted() -> bool:
        on_the_way = Message.objects.filter(state=Message.State.SENDING).exists()
        if on_the_way and time.monotonic() < end:
            return False
        try:
            for model in (InboundMessage, InboundPart, Receipt, Message):
                model.objects.all().delete()
        except IntegrityError:  # a late receipt; the next round takes it along
            return False
        return True

    until(deleted)


@pytest.fixture(scope="module")
def committed() -> Iterator[None]:
    """What a test writes is committed, for other processes to see, and deleted afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_messages)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of one file leave their journal and their log."""
    return tmp_path_factory.mktemp("sms")


@pytest.fixture(scope="module")
def smsc(folder: Path) -> Iterator[Smsc]:
    """A simulator in a process of its own."""
    with an_smsc(folder) as running:
        yield running


@pytest.fixture(scope="module")
def binding(
    smsc: Smsc, folder: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Binding]:
    """The process that is bound to it."""
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    with a_binding(smsc, folder, database=name) as running:
        yield running
