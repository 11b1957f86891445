"""Ready answers: worded by editors and supervisors, offered to officers where they fit."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from geo_portal.city_facts import load_city_facts
from municipality.actor import Actor
from municipality.history.queries import entries
from municipality.people.models import User
from municipality.problems import Problem
from observations.models import Category, Reply
from observations.replies.actions import STEPS, Wording, keep_reply, replies_for
from tests.builders import a_person
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_report,
    a_target,
    a_town,
    gps,
)

pytestmark = pytest.mark.django_db
EDITOR = Actor(950, "Editor", "editor")


def kept(edge: str = "ask", ar: str = "أين؟", en: str = "Where?", **values) -> Reply:
    category, reply_id = values.pop("category", None), values.pop("reply_id", None)
    wording = Wording(edge, category, ar, en, **values)
    return keep_reply(reply_id=reply_id, wording=wording, by=EDITOR, at=NOON)


def test_the_steps_are_those_where_officers_write() -> None:
    assert set(STEPS) == {"send_back", "ask", "resolve", "reject", "not_ours"}


@pytest.mark.parametrize("wrong", [
    {"edge": "confirm"}, {"edge": "forward"}, {"ar": "  "}, {"en": ""}, {"en": "x" * 1_001},
])  # fmt: skip
def test_an_answer_is_for_a_step_and_in_both_languages(wrong) -> None:
    with pytest.raises(Problem) as refused:
        kept(**wrong)
    assert refused.value.status == 422 and not Reply.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.create(edge="ask", ar="أين؟", en="")


def test_those_of_the_category_come_first_and_others_not_at_all() -> None:
    potholes, waste = a_category(), a_category("waste")
    general = kept()
    own, _ = kept(category=potholes), kept(category=waste)
    off = kept(active=False)
    kept("resolve")
    found = replies_for(category_id=potholes.pk, edges={"ask"})
    assert found == [own, general] and off not in found
    kept(reply_id=general.pk, ar="أين بالضبط؟", en="Where exactly?")
    general.refresh_from_db()
    assert general.en == "Where exactly?"
    assert [one.act for one in entries(f"reply/{general.pk}")] == ["keep", "keep"]
    with pytest.raises(Problem) as gone:
        kept(reply_id=general.pk + 99)
    assert gone.value.status == 404


def test_the_file_adds_what_is_missing_and_keeps_what_was_worded_anew() -> None:
    assert load_city_facts()["replies"] == 13
    row = Reply.objects.get(code="resolve_potholes")
    assert row.category == Category.objects.get(code="potholes")
    assert {one.edge for one in Reply.objects.all()} <= set(STEPS)
    Reply.objects.filter(pk=row.pk).update(en="Mended.", active=False)
    Reply.objects.filter(code="ask_where").delete()
    assert load_city_facts()["replies"] == 1
    row.refresh_from_db()
    assert (row.en, row.active) == ("Mended.", False)


@pytest.mark.parametrize("role", ["editor", "supervisor"])
def test_its_page_adds_and_words_anew_and_says_why_not(client: Client, role: str) -> None:
    client.force_login(a_person(role))
    told = {"edge": "ask", "category": "", "ar": "أين؟\0", "en": "Where?", "active": "1"}
    shown = client.post("/en/replies/keep", told, follow=True).content.decode()
    row = Reply.objects.get()
    assert "أين؟" in shown and row.active and row.category is None
    client.post("/en/replies/keep", told | {"reply": str(row.pk), "active": ""})
    row.refresh_from_db()
    assert not row.active and "Not offered" in client.get("/en/replies/").content.decode()
    refused = client.post("/en/replies/keep", told | {"en": ""}, follow=True).content.decode()
    assert "in Arabic and in English" in refused and Reply.objects.count() == 1
    assert client.post("/replies/keep", told | {"reply": "9" * 17}).status_code == 404
    assert "أجوبة جاهزة" in client.get("/replies/").content.decode()


def test_an_officer_chooses_in_the_sender_s_language(client: Client) -> None:
    a_town()
    a_target()
    made = a_report(gps(), at=NOON)
    kept(ar="أين الموضع؟", en="Where is it?")
    client.force_login(User.objects.get(pk=AGENT.person_id))
    shown = client.get(f"/en/cases/{made.case.public_id}/").content.decode()
    assert 'data-fills="text-ask"' in shown and '<option value="أين الموضع؟">' in shown
    assert 'data-fills="text-reject"' not in shown  # none is ready for that step
    made.case.parties.update(language="en")
    shown = client.get(f"/en/cases/{made.case.public_id}/").content.decode()
    assert '<option value="Where is it?">' in shown
