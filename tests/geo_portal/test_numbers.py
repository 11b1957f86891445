"""Numbers as pages and papers write them: Western digits with a point, in Arabic too."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

PAGE = Template("{{ area|floatformat:2 }} {{ area }} {{ size|filesizeformat }}")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_fraction_has_a_point_and_never_a_comma_that_reads_as_thousands(language: str) -> None:
    with translation.override(language):
        written = PAGE.render(Context({"area": 17.94, "size": 108_032}))
    assert "17.94 17.94 105.5" in written and "," not in written


def test_without_our_formats_arabic_writes_the_comma(settings) -> None:
    from django.utils.formats import reset_format_cache

    settings.FORMAT_MODULE_PATH = None
    reset_format_cache()
    try:
        with translation.override("ar"):
            assert "17,94" in PAGE.render(Context({"area": 17.94, "size": 1}))
    finally:
        reset_format_cache()


@pytest.mark.parametrize(
    ("told", "written"), [("17.940", "17.94"), ("100.000", "100"), ("0.020", "0.02"), ("3", "3")]
)
def test_a_quantity_has_no_noughts_that_say_nothing(told: str, written: str) -> None:
    assert Template("{{ n|quantity }}").render(Context({"n": Decimal(told)})) == written
