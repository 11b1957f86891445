"""How refusals are told."""

import logging

import pytest
from django.test import Client

from geo_portal.home.log_lines import RefusalsInOneLine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_type_of_a_problem_opens_a_page(client, prefix) -> None:
    body = client.get("/api/plots/at", {"lon": "x", "lat": "y"}).json()
    page = client.get(prefix + body["type"])
    assert page.status_code == 200 and "bad_value" in page.content.decode()


@pytest.mark.parametrize(
    ("path", "word"), [("/nothing", "لا يوجد شيء"), ("/en/nothing", "There is nothing")]
)
def test_person_gets_a_page_with_a_reference(client, path, word) -> None:
    response = client.get(path)
    text = response.content.decode()
    assert response.status_code == 404 and word in text and "/static" in text


def test_page_of_an_unknown_code_is_404(client) -> None:
    assert client.get("/problems/no_such_code").status_code == 404


@pytest.mark.parametrize(
    "path", ["/%00", "/api/plots/%00", "/tiles/%ff/1/1/1.mvt", "/search/?q=%ff%fe"]
)
def test_bytes_that_are_no_text_are_never_a_500(client, path) -> None:
    assert client.get(path).status_code < 500


def test_pages_are_arabic_whatever_the_browser_says(client) -> None:
    page = client.get("/", headers={"Accept-Language": "en-GB,en"}).content.decode()
    assert 'lang="ar"' in page and 'dir="rtl"' in page
    english = client.get("/en/", headers={"Accept-Language": "ar"}).content.decode()
    assert 'lang="en"' in english and 'dir="ltr"' in english


def test_every_answer_carries_the_security_headers(client) -> None:
    for path in ("/", "/api/plots/at", "/tiles/plots.json"):
        response = client.get(path)
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert "unsafe" not in response["Content-Security-Policy"]


def line_of_a_form_that_cannot_be_read(caplog) -> logging.LogRecord:
    caplog.clear()
    client = Client(enforce_csrf_checks=True, headers={"cookie": "csrftoken=" + "a" * 32})
    answer = client.post("/sign-in/", b"x", content_type="multipart/form-data")  # no boundary
    assert answer.status_code == 400
    (line,) = [one for one in caplog.records if one.name == "django.request"]
    return line


def test_a_form_that_cannot_be_read_leaves_a_warning_without_a_traceback(caplog) -> None:
    line = line_of_a_form_that_cannot_be_read(caplog)
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    fault = logging.makeLogRecord({"status_code": 500, "exc_info": (ValueError, None, None)})
    assert RefusalsInOneLine().filter(fault) and fault.exc_info  # of ours: kept


def test_the_control_without_the_filter_the_traceback_is_logged(caplog, monkeypatch) -> None:
    for handler in logging.getLogger().handlers:
        kept = [one for one in handler.filters if not isinstance(one, RefusalsInOneLine)]
        monkeypatch.setattr(handler, "filters", kept)
    assert line_of_a_form_that_cannot_be_read(caplog).exc_info
