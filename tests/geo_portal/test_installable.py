"""What makes the portal an app on the telephone: a manifest, and a service worker at the root."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_manifest_names_pages_and_icons_that_are_there() -> None:
    client = Client()
    answer = client.get("/manifest.webmanifest")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json" and told["dir"] == "rtl"
    assert told["display"] == "standalone" and client.get(told["start_url"]).status_code == 200
    answers = {one["url"]: client.get(one["url"]).status_code for one in told["shortcuts"]}
    assert answers.pop("/observations/new/") == 200  # anyone may begin a report
    assert answers and set(answers.values()) == {302}  # to the sign-in
    for icon in told["icons"]:
        built = Path(settings.BASE_DIR) / "frontend" / "dist" / Path(icon["src"]).name
        assert built.is_file()
    assert 'rel="manifest"' in client.get("/zone/").content.decode()


def test_the_service_worker_serves_the_whole_origin_and_is_never_kept_old() -> None:
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/" and answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    assert "import" not in text.split("(")[0]  # one file: a worker loads no other
    assert "/api/" not in text  # no answer about a plate is ever kept


def test_the_policy_lets_the_worker_and_the_manifest_be_loaded() -> None:
    policy = Client().get("/zone/")["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "default-src 'self'" in policy
