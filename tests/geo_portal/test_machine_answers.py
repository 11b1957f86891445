"""What the framework refuses by itself is told to machines as every other problem is."""

import re

import pytest
from django.test import Client

from tests.builders import a_plot

pytestmark = pytest.mark.django_db

ARABIC = re.compile(r"[\u0600-\u06ff]")
REFUSED = [
    ("POST", "/api/plots/at", 405),
    ("DELETE", "/api/heat/cells", 405),
    ("PUT", "/api/session", 405),
    ("POST", "/tiles/plots.json", 405),
    ("PUT", "/tiles/plots/15/1/1.mvt", 405),
    ("GET", "/api/no/such/address", 404),
    ("GET", "/api/plots/at/", 404),
    ("GET", "/tiles/plots", 404),
    ("GET", "/api/plots/" + "9" * 5_000, 404),
]


def problem(answer, status: int, language: str) -> dict:
    """Check that an answer is a problem document in a language, and return it."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Content-Language"] == language
    body = answer.json()
    assert body["status"] == status and body["detail"].endswith(".")
    for words in (body["title"], body["detail"]):
        assert bool(ARABIC.search(words)) == (language == "ar"), words
    return body


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(("method", "address", "status"), REFUSED)
def test_a_refusal_of_the_framework_is_a_problem_document(
    client, method, address, status, language
) -> None:
    answer = client.generic(method, address, headers={"accept-language": language})
    body = problem(answer, status, language)
    if status == 405:
        assert body["type"] == "/problems/method_not_allowed"
        assert method in body["detail"] and "GET" in answer["Allow"]
    assert client.get(body["type"]).status_code == 200


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_unknown_host_is_told_in_the_language_asked_for(client, settings, language) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    headers = {"accept-language": language, "host": "elsewhere.example"}
    problem(client.get("/api/plots/at", headers=headers), 400, language)
    settings.SECURE_SSL_REDIRECT = True  # asked before any language is known
    problem(client.get("/api/plots/at", headers=headers), 400, language)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_body_that_is_too_large_is_told_so(client, settings, language) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post(
        "/api/session",
        b"x" * 101,
        content_type="application/json",
        headers={"accept-language": language},
    )
    assert problem(answer, 413, language)["type"] == "/problems/too_large"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_too_many_fields_are_a_bad_request(client, language) -> None:
    query = "&".join(f"a{i}=1" for i in range(1_100))
    headers = {"accept-language": language}
    problem(client.get(f"/api/plots/at?{query}", headers=headers), 400, language)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_write_without_its_token_is_told_so(django_user_model, language) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.create(username="p", roles=["planner"]))
    answer = client.delete("/api/session", headers={"accept-language": language})
    assert problem(answer, 403, language)["type"] == "/problems/csrf"


def test_a_person_whose_form_has_expired_gets_a_page_in_the_pages_language() -> None:
    client = Client(enforce_csrf_checks=True)
    for path, words in (("/sign-in/", "أعد تحميل الصفحة"), ("/en/sign-in/", "Reload the page")):
        answer = client.post(path, {"name": "x", "password": "y"})
        assert answer.status_code == 403 and words in answer.content.decode()


def test_a_person_who_posts_to_a_page_that_takes_none_gets_a_page(client) -> None:
    answer = client.post("/en/search/")
    assert answer.status_code == 405 and "does not take POST" in answer.content.decode()


def test_a_conditional_answer_and_a_good_one_stay_as_they_are(client) -> None:
    plot = a_plot()
    assert client.get(f"/api/plots/{plot.pk}")["Content-Type"] == "application/geo+json"
    assert client.head("/tiles/plots/15/1/1.mvt").status_code == 200
    ready = client.get("/readyz", headers={"accept": "application/json"})
    assert ready["Content-Type"] == "application/json"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/tiles/%00.json", "/tiles/a%00b/1/1/1.mvt", "/api/plots?number=%00"]
)
def test_a_nul_is_never_a_fault_of_ours(client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {400, 404, 422} or answer.json()["features"] == []
