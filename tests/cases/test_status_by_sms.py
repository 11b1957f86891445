"""Status by SMS: any digits, either script, and nothing for a phone that is not on the case."""

import datetime as dt

import pytest

from municipality.cases.actions import move
from municipality.cases.kinds import machines
from municipality.cases.queries import numbers_in
from municipality.cases.status_by_sms import (
    ASKED,
    DUE,
    LONGEST_MISSING,
    LONGEST_STAGE,
    STATUS,
    UNKNOWN,
    status,
)  # fmt: skip
from municipality.names import fold
from municipality.notices.gsm import parts
from municipality.notices.inbound import InboundText, language_of, plain
from municipality.notices.wording import current
from tests import builders as b
from tests.cases.builders import MORNING, a_town, acting, an_extract

CITIZEN = "+96892123456"


def texted(text: str, sender: str = CITIZEN, at: dt.datetime = MORNING) -> InboundText:
    clean = plain(text)
    return InboundText(1, clean, fold(clean), language_of(clean), sender, at)


@pytest.mark.parametrize(
    "text",
    ["PX-2026-000123", "px 2026 123", "PX2026000123", "ما حال معاملتي PX-٢٠٢٦-٠٠٠١٢٣؟", "px/2026/123",
     "Px_2026_000123 ?", "PX–2026–000123"],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert numbers_in(text, year=2026) == ["PX-2026-000123"]


def test_a_bare_number_is_looked_for_in_the_latest_years_of_every_kind() -> None:
    assert "PX-2026-004217" in numbers_in("٠٠٤٢١٧", year=2026)
    assert "PX-2025-004217" in numbers_in("4217", year=2026)
    assert [n for n in numbers_in("2024-004217", year=2026) if n.startswith("PX")] == [
        "PX-2024-004217"
    ]


@pytest.mark.parametrize("text", ["px 7", "PX7", "حال px-٧", "status PX/000007"])
def test_a_short_serial_counts_behind_the_letters_of_a_kind(text: str) -> None:
    assert numbers_in(text, year=2026) == [f"PX-{year}-000007" for year in (2026, 2025, 2024)]


@pytest.mark.parametrize("text", ["status 7", "ما حال معاملتي ٧؟", "طلب 7", "الطلب رقم ٧"])
def test_a_short_serial_counts_behind_a_word_that_asks(text: str) -> None:
    assert "PX-2026-000007" in numbers_in(text, year=2026)


@pytest.mark.parametrize("text", ["", "مرحبا", "1111 ب 60", "30", "hello", "9212345678901"])
def test_what_holds_no_number_is_left_to_other_commands(text: str) -> None:
    assert numbers_in(text, year=2026) == []


@pytest.mark.django_db
def test_the_phone_on_the_case_gets_stage_and_due_date_in_the_script_it_wrote_in() -> None:
    case = an_extract(a_town())
    arabic = status(texted(f"ما حال معاملتي {case.number}"))
    english = status(texted(f"status of {case.number} please"))
    assert arabic and english and (arabic.language, english.language) == ("ar", "en")
    assert (
        arabic.values["stage"] == "تدقيق قسم التسجيل"
        and arabic.values["due"] == "الموعد 23/11/2026."
    )
    assert english.values["stage"] == "Registration check"


@pytest.mark.django_db
def test_the_number_alone_is_answered_in_the_language_of_the_party() -> None:
    town = a_town()
    town.citizen.language = "en"
    town.citizen.save()
    case = an_extract(town)
    answer = status(texted(case.number[-6:]))
    assert answer and answer.template == STATUS.code and answer.language == "en"


@pytest.mark.django_db
def test_what_is_missing_is_said() -> None:
    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    answer = status(texted(case.number))
    assert answer and answer.values["missing"] == "المطلوب: ادفع الرسوم."


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_returned_case_carries_what_the_officer_wrote(language: str) -> None:
    town = a_town()
    case = an_extract(town)
    note = "صورة سند الملكية غير واضحة، أرفق صورة أوضح للصفحتين الأولى والثانية من فضلك."
    move(case_id=case.pk, edge="return", by=acting(town.registrar), at=MORNING, text=note)
    answer = status(texted(f"{'حال' if language == 'ar' else 'status'} {case.number}"))
    assert answer and note.rstrip(".") in str(answer.values["missing"])
    filled = current(STATUS.code).filled(language, answer.values)
    assert parts(filled) <= STATUS.max_parts


@pytest.mark.django_db
def test_a_case_that_ended_has_no_due_date() -> None:
    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="refuse", by=acting(town.registrar), at=MORNING, text="لا يلزم")
    answer = status(texted(f"status {case.number}"))
    assert answer and current(STATUS.code).filled("en", answer.values).endswith("Refused.")


@pytest.mark.django_db
def test_a_strangers_number_alone_is_answered_in_the_language_they_are_written_to() -> None:
    for text in ("PX-2026-999999", "٤٢١٧"):
        answer = status(texted(text, "+96899999999"))
        assert answer and (answer.template, answer.language) == (UNKNOWN.code, "ar")


@pytest.mark.django_db
@pytest.mark.parametrize("sender", ["+96899999999", "+96824123456"])
def test_another_phone_gets_the_answer_of_a_case_that_does_not_exist(sender: str) -> None:
    case = an_extract(a_town())
    theirs = status(texted(f"حال {case.number}", sender))
    nobodys = status(texted("حال PX-2026-999999", sender))
    assert theirs == nobodys and theirs and theirs.template == UNKNOWN.code


@pytest.mark.django_db
def test_the_new_phone_of_a_party_counts_as_well() -> None:
    town = a_town()
    case = an_extract(town)
    town.citizen.phone = "+96897777777"
    town.citizen.save()
    answer = status(texted(case.number, "+96897777777"))
    assert answer and answer.template == STATUS.code


@pytest.mark.django_db
def test_an_account_that_was_closed_learns_nothing() -> None:
    town = a_town()
    case = an_extract(town)
    other = b.a_person("other", "citizen")
    case.parties.update(phone="", person=other)
    other.phone, other.is_active = "+96897777777", False
    other.save()
    answer = status(texted(case.number, "+96897777777"))
    assert answer and answer.template == UNKNOWN.code


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.kind)
def test_every_stage_fits_the_answer(machine) -> None:
    for state in machine.states:
        for language in ("ar", "en"):
            assert len(state.name.in_language(language)) <= LONGEST_STAGE, state.code
            if state.asks and state.ahead is not None:
                what = state.ahead.in_language(language)
                asked = ASKED.with_values(what=what).in_language(language)
                assert len(asked) <= LONGEST_MISSING, state.code
    for language in ("ar", "en"):
        due = DUE.with_values(day="28/11/2026").in_language(language)
        assert len(due) <= len(STATUS.longest["due"])
