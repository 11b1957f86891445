"""40 texts a second to the short code, each answered: none lost, none doubled, p95 within 3 s."""

from django.db import connection

from tests.notices.runs import at_rate, running

TRIALS = {"small": 1, "full": 2}
SECONDS = (10, 120)  # of the first trial, of the second
A_SECOND = 40


def trial(seed: int, number: int) -> dict[str, int]:
    """Send at the rate for 10 seconds (the first trial) or for two minutes (the second)."""
    seconds = SECONDS[number]
    with running(str(connection.settings_dict["NAME"])) as (smsc, _):
        found = at_rate(smsc, a_second=A_SECOND, seconds=seconds)
    assert (found.lost, found.doubled) == (0, 0), found
    assert found.p95_ms <= 3_000, found
    return {
        "texts": found.sent,
        f"ms p50 of {seconds} s": found.p50_ms,
        f"ms p95 of {seconds} s": found.p95_ms,
        f"ms p99 of {seconds} s": found.p99_ms,
    }
