"""Templates: fields, cost and letters are checked when they load and before they are saved."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from municipality.actor import Actor
from municipality.history.models import Entry
from municipality.notices import wording
from municipality.notices.checks import templates_load
from municipality.notices.models import Message, TemplateVersion
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template, TemplateError, Wording, fields, registry
from municipality.problems import Problem
from municipality.words import Text
from tests.notices.builders import AT, PHONE, SHORT

EDITOR = Actor(person_id=7, name="Maryam", role="editor")
ATTACKS = [
    "{0}", "{}", "{0.__class__}", "{number.__class__}", "{number!r}", "{number:>99999999}",
    "{number[0]}", "{{7*7}}", "{{number}}", "{number", "number}", "{NUMBER}", "{number }",
    "%s {number}", "%n {number}", "%(number)s {number}", "%10d {number}", "{number}\u202e",
    "{number}\x00", "{number}\r\nBcc: x", "{number}\ud800", "", "   ", "x{number}" + "y" * 1_000,
]  # fmt: skip


def a_template(ar: str = "رقم {number}", en: str = "Number {number}", **more: object) -> Template:
    return Template(code="t", ar=ar, en=en, longest={"number": "PX-2026-000123"}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_wording_that_is_more_than_plain_fields_is_refused(attack: str, language: str) -> None:
    with pytest.raises(TemplateError) as refused:
        a_template(**{language: attack})
    assert refused.value.sentence.ar and refused.value.sentence.en


def test_control_without_the_check_such_a_wording_would_reach_into_the_program() -> None:
    assert "class" in f"{SHORT.__class__}"  # what str.format does with an editor's text
    plain = Wording(SHORT, 0, "{number.__class__}", "{number.__class__}")
    assert plain.filled("en", {"number": "1"}) == "{number.__class__}"  # ours does nothing


@given(st.text(max_size=60))
def test_any_value_is_put_in_as_it_is_read(value: str) -> None:
    told = Wording(SHORT, 0, "a {number} b", "a {number} b").filled("en", {"number": value})
    assert told.startswith("a ") and told.endswith(" b")
    assert "\n" not in told and "\r" not in told and "\u202e" not in told


def test_values_are_never_read_as_fields() -> None:
    two = Template(code="t2", ar="{a}{b}", en="{a} {b}", longest={"a": "x", "b": "y"})
    assert Wording(two, 0, two.ar, two.en).filled("en", {"a": "{b}", "b": "1"}) == "{b} 1"


def test_fields_must_be_the_same_in_both_languages_and_in_the_longest_values() -> None:
    for ar, en in [("رقم", "Number {number}"), ("{number} {x}", "{number}"), ("{number}", "none")]:
        with pytest.raises(TemplateError, match="fields too many or missing"):
            a_template(ar, en)
    assert fields("{a} {b} {a}") == {"a", "b"}


def test_a_template_may_not_cost_more_parts_than_allowed() -> None:
    a_template("ب" * 53 + "{number}", max_parts=1)  # 53 and 14 letters: one part of 70
    with pytest.raises(TemplateError, match="2 SMS parts; 1 are allowed"):
        a_template("ب" * 57 + "{number}", max_parts=1)


def test_the_late_prefix_is_part_of_the_cost() -> None:
    late = Text("تأخر هذا الرد: ", "Late reply: ")
    a_template("ب" * 41 + "{number}", max_parts=1, stale_after_s=120, late=late)
    with pytest.raises(TemplateError, match="SMS parts"):
        a_template("ب" * 50 + "{number}", max_parts=1, stale_after_s=120, late=late)


def test_a_template_that_does_not_load_is_an_error_of_the_start(settings, monkeypatch) -> None:
    assert templates_load() == []
    settings.NOTICE_TEMPLATES = ["tests.notices.builders.TEMPLATES"] * 2
    registry.cache_clear()
    assert "two templates" in templates_load()[0].msg


@pytest.mark.django_db
class TestEditing:
    def edit(self, ar: str = "معاملتك {number}", en: str = "Case {number}", seen: int = 0) -> int:
        return wording.edit(code=SHORT.code, ar=ar, en=en, seen=seen, by=EDITOR, at=AT)

    def test_a_new_wording_holds_for_the_next_message_and_is_told_in_the_history(self) -> None:
        queue(template=SHORT.code, to=Recipient(phone=PHONE), values={"number": 1}, key="a", at=AT)
        assert self.edit() == 1
        queue(template=SHORT.code, to=Recipient(phone=PHONE), values={"number": 2}, key="b", at=AT)
        assert list(Message.objects.order_by("pk").values_list("text", "template_version")) == [
            ("بلدية مسقط: المعاملة 1", 0),
            ("معاملتك 2", 1),
        ]
        entry = Entry.objects.get(stream=f"template/{SHORT.code}")
        assert (entry.person_name, entry.act, entry.facts["version"]) == ("Maryam", "reword", 1)

    def test_two_editors_at_once_do_not_overwrite_each_other(self) -> None:
        self.edit()
        with pytest.raises(Problem) as refused:
            self.edit("أخرى {number}", "Other {number}", seen=0)
        assert refused.value.status == 409
        assert self.edit("أخرى {number}", "Other {number}", seen=1) == 2

    def test_a_refused_wording_leaves_nothing(self) -> None:
        with pytest.raises(TemplateError, match="SMS parts"):
            self.edit("ب" * 150 + "{number}")
        assert not TemplateVersion.objects.exists() and not Entry.objects.exists()
        with pytest.raises(Problem):
            wording.edit(code="no.such", ar="x", en="x", seen=0, by=EDITOR, at=AT)

    def test_a_saved_wording_is_never_changed_not_even_by_sql(self) -> None:
        self.edit()
        for sql in (
            "UPDATE notices_templateversion SET ar = 'x'",
            "DELETE FROM notices_templateversion",
        ):
            with (
                pytest.raises(DatabaseError, match="never changed"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)

    def test_a_wording_whose_fields_the_code_no_longer_fills_is_passed_over(self) -> None:
        TemplateVersion.objects.create(
            code=SHORT.code, version=1, ar="{old}", en="{old}", person_name="x", at=AT
        )
        assert wording.current(SHORT.code).version == 0

    def test_the_preview_says_text_and_parts_before_anything_is_saved(self) -> None:
        to = Recipient(phone=PHONE)
        queue(template=SHORT.code, to=to, values={"number": "PX-1"}, key="c", at=AT, about="case/1")
        ((about, values),) = wording.examples(SHORT.code)
        ar, en = wording.preview(
            code=SHORT.code, ar="ب" * 60 + "{number}", en="[{number}]", values=values
        )
        assert about == "case/1" and (ar.text[-4:], ar.parts, ar.longest_parts) == ("PX-1", 1, 2)
        assert (en.text, en.parts, en.is_gsm) == ("[PX-1]", 1, True)
        assert not TemplateVersion.objects.exists()
