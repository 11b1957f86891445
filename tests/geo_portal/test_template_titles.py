"""Every message template is named in words above its code, in both languages."""

import pytest
from django.test import Client
from django.utils.translation import override

from geo_portal.staff.template_words import title
from municipality.notices.templates import registry
from municipality.words import Text
from tests.builders import a_person


def test_every_template_has_a_title() -> None:
    assert [code for code in registry() if not isinstance(title(code), Text)] == []
    assert title("gone.code") == "gone.code"
    names = [title(code) for code in registry()]
    assert len({name.ar for name in names}) == len({name.en for name in names}) == len(names)


@pytest.mark.django_db
def test_the_editor_reads_titles() -> None:
    client = Client()
    client.force_login(a_person("editor"))
    with override("en"):
        told = str(title("people.code"))
    assert told == "Sign-in code, to the holder of the account"
    for address in ("/en/staff/templates/", "/en/staff/templates/people.code/"):
        page = client.get(address).content.decode()
        assert told in page and "people.code" in page
