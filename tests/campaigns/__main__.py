"""``make campaign PART=name``: run trials until their number or the slice of time is reached.

Prints one line a part, summed over all slices, in the form of docs/campaigns.md.
"""

import argparse
import importlib
import logging
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import tests.campaigns
from tests.bench import databases
from tests.campaigns.journal import Journal

NAME = "geo_campaigns"


def parts() -> list[str]:
    """Return the names of the parts."""
    names = [module.name for module in pkgutil.iter_modules(tests.campaigns.__path__)]
    return sorted(name[5:] for name in names if name.startswith("part_"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make campaign")
    parser.add_argument("--part", default="", help=f"one of {', '.join(parts())}; all without")
    parser.add_argument("--size", choices=("small", "full"), default="full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=55.0, help="of this slice, for each part")
    found = parser.parse_args()
    if found.part and found.part not in parts():
        parser.error(f"no such part: {found.part}; there are {', '.join(parts())}")
    return found


def _trial(part, seed: int, number: int) -> dict:
    """Run one trial in a transaction of its own that is taken back."""
    from django.db import transaction

    begun, failed, counts = time.perf_counter(), "", {}
    try:
        with transaction.atomic():
            counts = part.trial(seed, number)
            transaction.set_rollback(True)
    except Exception:
        failed = traceback.format_exc(limit=-4)
    return {
        "trial": number,
        "seconds": round(time.perf_counter() - begun, 3),
        "counts": counts,
        "failed": failed,
    }


@contextmanager
def _own_database(name: str) -> Iterator[None]:
    """Let a part find the database empty, whatever another part has committed before it."""
    from django.db import connection

    own = f"{NAME}_{name}"
    with databases.copied(NAME, own):
        connection.settings_dict["NAME"] = own
        try:
            yield
        finally:
            connection.close()


def run(name: str, *, size: str, seed: int, minutes: float) -> bool:
    """Run one part; returns whether no trial of it fails."""
    from django.test import override_settings
    from django.utils import timezone

    part = importlib.import_module(f"tests.campaigns.part_{name}")
    journal = Journal.of(name, seed)
    done, until = journal.done(), time.monotonic() + 60 * minutes
    with override_settings(**getattr(part, "SETTINGS", {})):  # another part has its own
        for number in range(part.TRIALS[size]):
            if time.monotonic() > until:
                break
            if number in done:
                continue
            line = _trial(part, seed, number)
            journal.write(line)
            if line["failed"]:
                print(
                    f"  {name}: trial {number} of seed {seed} fails\n{line['failed']}", flush=True
                )
    found = journal.summary()
    counts = ", ".join(f"{count:,} {what}" for what, count in found["counts"].items())
    print(
        f"| {timezone.now().date()} | {name} | {seed} | {found['passed']:,} | "
        f"{len(found['failing'])} | {found['seconds']:,} s | {counts} |",
        flush=True,
    )
    return not found["failing"]


def main() -> int:
    """Run what was asked for; 1 where a trial fails."""
    asked = _arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "geo_portal.settings.dev"
    databases.make(NAME)
    os.environ["GEO_DB_NAME"] = NAME
    import django

    django.setup()
    logging.getLogger("pyogrio").setLevel(logging.WARNING)
    print("| day | part | seed | passed | failing | time | counted |")
    print("|---|---|---|---|---|---|---|")
    well = True
    for name in [asked.part] if asked.part else parts():
        with _own_database(name):
            well &= run(name, size=asked.size, seed=asked.seed, minutes=asked.minutes)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
