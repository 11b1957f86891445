"""Digits, names, money, texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.baisa import Baisa, as_rial, share
from municipality.digits import NotANumber, integer, number, western
from municipality.names import fold
from municipality.words import Text


@pytest.mark.parametrize("text", ["2417", "٢٤١٧", "۲۴۱۷", " 2417 ", "٢4١7"])
def test_integer_reads_three_scripts(text) -> None:
    assert integer(text) == 2417


@pytest.mark.parametrize("text", ["1_000", "0x10", "", "٣٫٥", "1e3", "nan", "²", "5 baisa", "--1"])
def test_integer_refuses_what_python_would_take_or_guess(text) -> None:
    with pytest.raises(NotANumber):
        integer(text)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "1_0.5", "0x1p3", "", "58,4"])
def test_number_refuses_what_is_not_finite_and_plain(text) -> None:
    with pytest.raises(NotANumber):
        number(text)


def test_number_reads_arabic_decimal_mark() -> None:
    assert number("٠٫٥") == 0.5


@pytest.mark.parametrize(
    ("left", "right"),
    [("إِبَاحَةُ", "اباحه"), ("المعبيلة", "المعبيله"), ("العُذَيبة", "العذيبه"), ("مستشفى", "مستشفي"),
     ("الخوـــض", "الخوض"), ("القطعة ٢٤", "القطعه 24"), ("AL HAIL", "al hail")],
)  # fmt: skip
def test_fold_makes_spellings_equal(left, right) -> None:
    assert fold(left) == fold(right)


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.django_db
@given(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)
)
def test_fold_in_the_database_is_the_same(text) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT ar_fold(%s)", [text])
        assert western(cursor.fetchone()[0]) == western(fold(text))


def test_rials_always_have_three_decimals() -> None:
    assert (as_rial(Baisa(100)), as_rial(Baisa(1_234_567)), as_rial(Baisa(-5))) == (
        "0.100", "1,234.567", "-0.005",
    )  # fmt: skip


@given(st.integers(0, 10**12), st.integers(0, 1000), st.integers(1, 1000))
def test_share_is_the_nearest_whole_baisa(amount, numerator, denominator) -> None:
    part = share(Baisa(amount), numerator=numerator, denominator=denominator)
    assert abs(2 * part * denominator - 2 * amount * numerator) <= denominator


def test_text_follows_the_language_of_the_page() -> None:
    from django.utils.translation import override

    text = Text("نعم {n}", "yes {n}").with_values(n=3)
    with override("ar"):
        assert str(text) == "نعم 3"
    with override("en"):
        assert str(text) == "yes 3"
