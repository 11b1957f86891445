"""What an app declares to be importable: fields, the kind of shape, its own checks, its swap."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from municipality.importing.fields import Field
from municipality.importing.rows import Rows
from municipality.words import Text

POLYGON, LINE, POINT, ANY = "polygon", "line", "point", "any"
NO_SHAPE = "none"  # records: their place, if any, is that of what they name


class NoSwap(Exception):
    """The rows may be sound, but the swap is not made; the message is a sentence."""

    def __init__(self, code: str, words: Text) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words


@dataclass(frozen=True, slots=True)
class Job:
    """One import as it was asked for; ``on`` is the day from which the new state holds."""

    kind: str
    name: str
    on: dt.date
    at: dt.datetime
    layer: str = ""
    theme: str = ""
    source_crs: int | None = None
    dry_run: bool = False
    extent: str = "auto"  # auto, full, part
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of import.

    ``prepare`` adds the kind's own verdicts; ``swap`` moves the staged rows (temporary table
    ``incoming``, accepted rows only) into place inside one transaction and returns what it did.
    ``staged`` are the columns of ``incoming``: field name to SQL type.  ``late`` is a check that
    needs no database and seldom refuses: it runs beside the swap, which is made anew without
    the rows it refuses.  ``fill`` puts the columns straight into an empty table, or answers
    None where there is something to compare with.  ``undo`` takes back what a RecordBatch of
    this kind did, or raises NoSwap.  ``code_page`` is that of tables which are no UTF-8.
    """

    kind: str
    title: Text
    shape: str
    fields: Sequence[Field]
    staged: dict[str, str]
    prepare: Callable[[Rows, Job], None]
    swap: Callable[[Any, Job], dict[str, Any]]
    layer_hints: Sequence[str] = ()
    osm_layer: str = ""
    key: str = ""
    source_field: str = "source"
    unique_shapes: bool = True
    keeps_lonlat: bool = False
    late: Callable[[Rows, Job], None] | None = None
    fill: Callable[[Any, Mapping[str, pa.Array], Job], dict[str, Any] | None] | None = None
    undo: Callable[[Any, int], dict[str, Any]] | None = None
    code_page: str = ""
