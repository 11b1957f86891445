"""What the commands of batches share: who works, and refusals in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, CommandParser

from maps.heat.batch.refusals import Refused
from municipality.importing.command import stoppable
from municipality.words import Text

REFUSED = 1
STOPPED = Text(
    "أُوقف العمل قبل نهايته؛ أعد تشغيله.", "The work was stopped before its end; run it again."
)


def add_spread(parser: CommandParser) -> None:
    """Add who works on the graph and into how many parts it is cut."""
    parser.add_argument(
        "--cluster", help="address of a Dask cluster (tcp://host:port), in place of this process; "
        "its workers reach the same paths",
    )  # fmt: skip
    parser.add_argument("--partitions", type=int, help="parts the files are cut into at most")


@contextmanager
def in_sentences() -> Iterator[None]:
    """Leave by exit code 1 with the sentence of a refusal, or of a stop by a signal."""
    try:
        with stoppable():
            yield
    except Refused as refused:
        raise CommandError(str(refused), returncode=REFUSED) from None
    except KeyboardInterrupt:
        raise CommandError(both(STOPPED), returncode=REFUSED) from None


def both(text: Text) -> str:
    """Return a text in both languages, a line each."""
    return f"{text.en}\n{text.ar}"
