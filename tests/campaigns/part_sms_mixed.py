"""Spoofed, repeated and echoed texts (guards.md threat 16): no double, no loop, no secret told."""

import random

from django.test import override_settings

from municipality.notices import inbound, templates
from tests.notices.mixed import Mixed, play
from tests.notices.settings import NOTICE_TEMPLATES, SMS_COMMANDS

TRIALS = {"small": 1, "full": 4}
MESSAGES = (500, 5_000)  # of the first trial, of the others


def trial(seed: int, number: int) -> dict[str, int]:
    """Play mixed traffic and count what must not happen."""
    rng = random.Random(f"sms mixed {seed} {number}")
    with override_settings(NOTICE_TEMPLATES=NOTICE_TEMPLATES, SMS_COMMANDS=SMS_COMMANDS):
        for kept in (templates.registry, inbound._shapes):
            kept.cache_clear()
        seen = play(Mixed(rng, MESSAGES[number > 0]))
    for kept in (templates.registry, inbound._shapes):
        kept.cache_clear()
    assert seen.doubled == 0 and seen.most_replies <= 11, seen
    assert seen.secrets_told_to_others == 0 and seen.replies_abroad == 0, seen
    return {"texts": MESSAGES[number > 0], "new": seen.new}
