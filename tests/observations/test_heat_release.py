"""The public heat: no answer, and no difference of answers, tells of fewer than k reports.

The attacker asks everything the public may ask and subtracts whatever lies within something
else.  With the guard off (k = 1) the same attack must succeed, else it proves nothing.
"""

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.heat import views
from maps.heat.geojson import Box, cells_touching
from maps.heat.lattice import LEVELS
from maps.heat.models import HeatPiece, HeatRelease
from maps.heat.release import ATOM, BASE_LEVEL, KIND, PLACE, K, atoms_of_month
from maps.heat.views import PublicHeat
from municipality import crs
from municipality.asked import today
from municipality.conf import PROFILE
from observations.reports.heat import HEAT, release_heat
from observations.reports.models import Category, Observation
from tests.observations.conftest import report

MONTHS = [dt.date(2016, 1, 1), dt.date(2016, 2, 1), dt.date(2016, 3, 1)]
AFTER = dt.date(2016, 4, 1)
KINDS = (1, 2, 3)
WILAYATS = (0, 1, 2)
LEVELS_ASKED = tuple(range(BASE_LEVEL, LEVELS))
ALL = "all"


@dataclass(frozen=True)
class Reports:
    """Synthetic reports of one month."""

    x: np.ndarray
    y: np.ndarray
    category: np.ndarray
    wilayat: np.ndarray


def skewed(seed: int, n: int) -> Reports:
    """A few crowded quarters, many lonely corners, rare kinds and a tiny wilayat."""
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, 1 << 9, (8, 2))
    at = spots[rng.choice(8, n, p=(w := 1 / np.arange(1, 9)) / w.sum())]
    spread = rng.choice([1, 6, 60], n, p=[0.5, 0.3, 0.2])[:, None]
    place = (at + rng.normal(0, 1, (n, 2)) * spread).astype(np.int64)
    wilayat = np.where(place[:, 0] < 200, 1, 2)
    wilayat[rng.random(n) < 0.01] = 0
    return Reports(
        place[:, 0],
        place[:, 1],
        rng.choice(KINDS, n, p=[0.7, 0.25, 0.05]),
        wilayat.astype(np.int64),
    )


def atoms(reports: Reports, k: int) -> np.ndarray:
    return atoms_of_month(
        x=reports.x, y=reports.y, category=reports.category, wilayat=reports.wilayat, k=k
    )


@pytest.fixture
def publish(monkeypatch):
    """Serve the public view from given months instead of the table."""

    def served(months: list[Reports], k: int) -> None:
        parts = [atoms(reports, k) for reports in months]
        numbers = [np.full(len(a), 2016 * 12 + i) for i, a in enumerate(parts)]
        joined = np.concatenate([np.zeros(0, ATOM), *parts])
        monkeypatch.setattr(
            views, "released_atoms", lambda layer: (joined, np.concatenate(numbers))
        )

    return served


Question = tuple[
    int, int, object, object, int, object
]  # months from, to, kind, wilayat, level, cell


def ask_everything() -> dict[Question, int]:
    """Every number the public can get: of cells, of what is withheld and of totals."""
    told: dict[Question, int] = {}
    edges = [*MONTHS, AFTER]
    for (i, since), (j, until) in itertools.combinations(enumerate(edges), 2):
        for kind, wilayat in itertools.product((ALL, *KINDS), (ALL, *WILAYATS)):
            heat = PublicHeat(
                HEAT,
                since=since,
                until=until,
                category=None if kind == ALL else kind,
                wilayat=None if wilayat == ALL else wilayat,
            )
            sums = heat.totals()
            told[i, j, kind, wilayat, LEVELS, ALL] = sums.count
            for level in LEVELS_ASKED:
                cells = heat.cells(level=level)
                told[i, j, kind, wilayat, level, ALL] = cells.total()
                told[i, j, kind, wilayat, level, "withheld"] = heat.suppressed(level=level)
                for x, y, n in zip(cells.x, cells.y, cells.count, strict=True):
                    told[i, j, kind, wilayat, level, (int(x), int(y))] = int(n)
    return told


def parents(question: Question) -> list[Question]:
    """The next wider questions whose answer holds this one's reports."""
    i, j, kind, wilayat, level, cell = question
    wider: list[Question] = []
    if i > 0:
        wider.append((i - 1, j, kind, wilayat, level, cell))
    if j < len(MONTHS):
        wider.append((i, j + 1, kind, wilayat, level, cell))
    if kind != ALL:
        wider.append((i, j, ALL, wilayat, level, cell))
    if wilayat != ALL:
        wider.append((i, j, kind, ALL, level, cell))
    if isinstance(cell, tuple):
        wider.append((i, j, kind, wilayat, level, ALL))
        if level + 1 < LEVELS:
            wider.append((i, j, kind, wilayat, level + 1, (cell[0] >> 1, cell[1] >> 1)))
    if cell == ALL and level < LEVELS:
        wider.append((i, j, kind, wilayat, level + 1, ALL))
    return [w for w in wider if w[5] != "withheld" or kind == ALL or w[2] == kind]


def ancestors(question: Question, told: dict[Question, int]) -> set[Question]:
    found: set[Question] = set()
    todo = [question]
    while todo:
        for wider in parents(todo.pop()):
            if wider not in found and wider in told:
                found.add(wider)
                todo.append(wider)
    return found


def summed(question: Question) -> list[tuple[Question, str]]:
    """The wider questions that this one is a part of, by which way of cutting them up."""
    i, j, kind, wilayat, level, cell = question
    parts: list[tuple[Question, str]] = []
    if kind != ALL and cell != "withheld":
        parts.append(((i, j, ALL, wilayat, level, cell), "kinds"))
    if wilayat != ALL:
        parts.append(((i, j, kind, ALL, level, cell), "wilayats"))
    if isinstance(cell, tuple) and level + 1 < LEVELS:
        above = (cell[0] >> 1, cell[1] >> 1)
        parts.append(((i, j, kind, wilayat, level + 1, above), "quarters"))
    if j - i == 1 and cell != "withheld":
        parts.append(((0, len(MONTHS), kind, wilayat, level, cell), "months"))
    return parts


def attack(told: dict[Question, int], k: int = K) -> list[str]:
    """Return what an attacker learns: answers, nested differences and sums left over, below k."""
    learnt = [f"{q}: {n}" for q, n in told.items() if 0 < n < k]
    sums: dict[tuple[Question, str], int] = defaultdict(int)
    for question, n in told.items():
        left = {wider: told[wider] - n for wider in ancestors(question, told)}
        learnt += [f"{w} - {question}: {m}" for w, m in left.items() if m < k and m != 0]
        for part in summed(question):
            sums[part] += n
    left_over = {part: told.get(part[0], 0) - n for part, n in sums.items()}
    return learnt + [f"{part}: {m}" for part, m in left_over.items() if m < k and m != 0]


@pytest.mark.parametrize("seed", range(6))
def test_an_attacker_who_asks_everything_learns_of_nobody(publish, seed):
    publish([skewed(10 * seed + m, n) for m, n in enumerate((90, 300, 3))], K)
    told = ask_everything()
    assert any(isinstance(q[5], tuple) and q[2] != ALL for q in told)
    assert attack(told) == []


def test_without_the_guard_the_same_attack_finds_people(publish):
    publish([skewed(m, n) for m, n in enumerate((90, 300, 3))], 1)
    assert len(attack(ask_everything())) > 100


def nested_boxes(seed: int, n: int) -> list[tuple[Box, Box]]:
    """Boxes in degrees around the synthetic cells, each with a smaller one inside it."""
    rng = np.random.default_rng(seed)
    pairs = []
    for x, y in rng.integers(-60, 560, (n, 2)).tolist():
        wide, high = rng.integers(1, 200, 2).tolist()
        inner = (*crs.lonlat(50.0 * x, 50.0 * y), *crs.lonlat(50.0 * (x + 2), 50.0 * (y + 2)))
        outer = (
            *crs.lonlat(50.0 * (x - wide), 50.0 * (y - high)),
            *crs.lonlat(50.0 * (x + wide), 50.0 * (y + high)),
        )
        # Metres and degrees are turned against each other: a narrow one is widened to hold it.
        low, top = np.minimum(outer, inner)[:2], np.maximum(outer, inner)[2:]
        pairs.append(((*low.tolist(), *top.tolist()), inner))
    return pairs


def attack_boxes(seed: int, k: int) -> list[int]:
    """Ask what is told and what is withheld in boxes; return what is learnt below k."""
    learnt: list[int] = []
    for kind, wilayat in itertools.product((None, *KINDS), (None, *WILAYATS)):
        heat = PublicHeat(HEAT, category=kind, wilayat=wilayat)
        for level, (outer, inner) in itertools.product((1, 3, 6), nested_boxes(seed, 20)):
            cells = heat.cells(level=level)
            told = [cells_touching(cells, box)[0].total() for box in (outer, inner)]
            withheld = [heat.suppressed(level=level, box=box) for box in (outer, inner)]
            for wide, narrow in (told, withheld, np.add(told, withheld).tolist()):
                learnt += [n for n in (wide, narrow, wide - narrow) if n != 0 and n < k]
    return learnt


@pytest.mark.parametrize("seed", range(3))
def test_what_is_withheld_in_a_box_tells_of_nobody(publish, seed):
    publish([skewed(10 * seed + m, n) for m, n in enumerate((90, 300, 40))], K)
    assert attack_boxes(seed, K) == []


def test_without_the_guard_boxes_find_people(publish):
    publish([skewed(m, n) for m, n in enumerate((90, 300, 40))], 1)
    assert attack_boxes(0, K) != []


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 400),
    k=st.sampled_from([3, 5, 10]),
)
def test_every_atom_is_empty_or_at_least_k_and_no_report_is_counted_twice(seed, n, k):
    reports = skewed(seed, n) if n else skewed(seed, 1)
    found = atoms(reports, k)
    places, kinds = found[found["what"] == PLACE], found[found["what"] == KIND]
    assert (found["n"] >= k).all()
    total = len(reports.x) if len(reports.x) >= k else 0
    assert places["n"].sum() == total
    untold = total - kinds["n"].sum()
    assert untold == 0 or untold >= k
    for kind in np.unique(kinds["category"]):
        truth = int((reports.category == kind).sum())
        assert kinds["n"][kinds["category"] == kind].sum() <= truth


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 300))
def test_an_atom_never_says_more_than_is_there(seed, n):
    reports = skewed(seed, n)
    for atom in atoms(reports, K):
        if atom["level"] >= LEVELS:
            continue
        level = int(atom["level"])
        there = (reports.x >> level == atom["x"]) & (reports.y >> level == atom["y"])
        there &= reports.wilayat == atom["wilayat"]
        if atom["what"] == KIND:
            there &= reports.category == atom["category"]
        assert atom["n"] <= there.sum()


def test_a_kind_that_is_not_public_is_never_told():
    reports = skewed(1, 400)
    reports.category[:] = np.where(reports.category == 1, 0, reports.category)
    found = atoms(reports, K)
    assert 0 not in found["category"][found["what"] == KIND]


DAY = dt.date(2016, 3, 5)
X, Y = 640_000.0, 2_610_000.0
NOW = dt.datetime(2016, 6, 10, 8, tzinfo=dt.UTC)


def crowd(categories, n: int, *, day: dt.date = DAY) -> None:
    Observation.objects.bulk_create(
        report(X + 1 + i % 40, Y + 1, day, categories[i % 2]) for i in range(n)
    )


def public_cells(client, query: str = "") -> dict:
    release_heat(on=today(), at=NOW)
    answer = client.get(f"/api/heat/cells?cell_m=400{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_public_gets_months_that_are_over_and_no_lonely_cell(categories, client):
    crowd(categories, 12)
    Observation.objects.bulk_create(
        report(X + 8000 * (i + 1), Y, DAY, categories[0]) for i in range(3)
    )
    body = public_cells(client)
    assert body["class"] == "public"
    (cell,) = body["features"]
    assert cell["properties"]["count"] == 10  # two of twelve hide the three lonely ones
    told = client.get("/api/heat/summary").json()
    assert told["count"] == 15 and told["suppressed"] == 5 and told["statuses"] == []
    assert body["count"] + body["suppressed"] == told["count"]


def test_what_is_withheld_is_counted_in_the_box_asked_for(categories, client):
    for i in range(6):  # of one cell of 400 m and of six cells of 100 m
        report(X + 60 * i, Y + 60 * i, DAY, categories[0]).save()
    Observation.objects.bulk_create(
        report(X + 8000 * (i + 1), Y, DAY, categories[0]) for i in range(6)
    )
    release_heat(on=AFTER, at=NOW)
    west, south = crs.lonlat(X - 1000, Y - 1000)
    east, north = crs.lonlat(X + 1000, Y + 1000)
    whole = client.get("/api/heat/cells?cell_m=100").json()
    here = client.get(
        f"/api/heat/cells?cell_m=100&bbox={west:f},{south:f},{east:f},{north:f}"
    ).json()
    away = client.get("/api/heat/cells?cell_m=100&bbox=58.9,22.9,58.95,22.95").json()
    assert (whole["count"], whole["suppressed"]) == (0, 12)
    assert (here["count"], here["suppressed"]) == (0, 6)  # those without any cell lie in no box
    assert (away["count"], away["suppressed"]) == (0, 0)
    extent = ",".join(map(str, PROFILE.extent))
    assert client.get(f"/api/heat/cells?cell_m=100&bbox={extent}").json() == whole


def test_a_released_month_stays_as_it_was(categories, client):
    crowd(categories, 12)
    before = public_cells(client)
    one = Observation.objects.order_by("pk").first()
    one.delete()
    report(X + 20, Y + 1, DAY, categories[0]).save()
    Observation.objects.filter(category=categories[1]).update(category=categories[0])
    release_heat(on=dt.date(2016, 7, 1), at=NOW)
    assert public_cells(client) == before


def test_history_loaded_in_bulk_is_released_anew(categories, client):
    crowd(categories, 12)
    assert public_cells(client)["count"] == 12
    crowd(categories, 30)
    assert release_heat(on=dt.date(2016, 7, 1), at=NOW) == [dt.date(2016, 3, 1)]
    assert public_cells(client)["count"] == 42


def test_asking_only_reads_and_says_from_when_the_answer_is(categories, client):
    """A replica answers too; and nobody outside decides when a month is cut."""
    from django.db import connection

    crowd(categories, 12)
    before = client.get("/api/heat/cells?cell_m=400").json()
    assert (before["count"], before["updated_at"]) == (0, None)
    assert not HeatRelease.objects.exists()
    release_heat(on=dt.date(2016, 4, 1), at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET TRANSACTION READ ONLY")
    for address in ("cells?cell_m=400", "summary", "cell?x=1&y=1", "tiles/11/1355/886.mvt",
                    "tiles/11/1355/886.png", "export.csv"):  # fmt: skip
        assert client.get(f"/api/heat/{address}").status_code == 200, address
    for address in ("cells?cell_m=400", "summary"):
        body = client.get(f"/api/heat/{address}").json()
        assert (body["count"], body["updated_at"]) == (12, "2016-06-10T08:00:00Z")


def test_a_month_is_released_only_when_it_is_over(categories):
    crowd(categories, 12)
    assert release_heat(on=dt.date(2016, 3, 31), at=NOW) == []
    assert release_heat(on=dt.date(2016, 4, 1), at=NOW) == [dt.date(2016, 3, 1)]
    assert release_heat(on=dt.date(2016, 4, 1), at=NOW) == []


def test_the_present_month_is_not_told(categories, client):
    crowd(categories, 12, day=today())
    assert public_cells(client)["count"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "status=new",
        "channel=app",
        "area=hail",
        "from=2016-03-02",
        "to=2016-03-15",
        "category=waste,trees",
        "wilayat=a,b",
        "cell_m=50",
        "category=secret",
    ],
)
@pytest.mark.parametrize("role", [None, "citizen", "department", "agent"])
def test_what_is_not_on_the_closed_list_is_refused(categories, client, query, role):
    from municipality.people.models import User

    if role:
        client.force_login(User.objects.create(username=role, roles=[role]))
    Category.objects.create(code="secret", name_ar="س", name_en="s", public=False)
    answer = client.get(f"/api/heat/cells?{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 422 and answer.json()["detail"].endswith(".")
    for page in ("summary", "cell?x=1&y=1&", "tiles/11/1355/886.mvt", "tiles/11/1355/886.png"):
        joined = f"{page}{'' if page.endswith('&') else '?'}{query}"
        assert client.get(f"/api/heat/{joined}").status_code in (400, 422)


def test_cell_and_tile_say_what_the_cells_say(categories, client):
    import mapbox_vector_tile

    from maps.tilejson import tile_of
    from municipality import crs

    crowd(categories, 20)
    (feature,) = public_cells(client)["features"]
    facts = feature["properties"]
    told = client.get(f"/api/heat/cell?x={facts['x']}&y={facts['y']}&cell_m=400").json()
    assert told["count"] == facts["count"] == 20 and told["statuses"] == []
    assert {c["count"] for c in told["categories"]} == {10}
    at = tile_of(*crs.lonlat(X + 5, Y + 5), 13)
    tile = client.get(f"/api/heat/tiles/13/{at.x}/{at.y}.mvt?cell_m=400")
    assert "max-age" in tile["Cache-Control"]
    (drawn,) = mapbox_vector_tile.decode(tile.content)["heat"]["features"]
    assert drawn["properties"]["count"] == 20


def test_the_workers_turns_fold_and_release(categories):
    from django.conf import settings
    from django.utils.module_loading import import_string

    for _ in range(12):
        crowd(categories, 1)
    assert HeatPiece.objects.count() == 12
    for name in settings.PERIODIC:
        if name.startswith("observations."):
            import_string(name)()
    assert HeatPiece.objects.count() == 1
    assert [r.month for r in HeatRelease.objects.all()] == [dt.date(2016, 3, 1)]


def test_the_command_says_what_it_did(categories, capsys):
    from django.core.management import call_command

    crowd(categories, 12)
    call_command("tend_heat")
    assert "released 1 months" in capsys.readouterr().out
    call_command("tend_heat", "--rebuild", "--release-anew")
    told = capsys.readouterr().out
    assert "packed anew" in told and "Released anew: 1" in told


@pytest.mark.django_db
def test_the_page_of_the_public_opens_at_a_year_that_was_released(categories, client):
    crowd(categories, 30, day=dt.date(2016, 2, 10))
    for month in range(1, 11):  # more reports, but so few a month that none is told
        crowd(categories, 4, day=dt.date(2017, month, 10))
    release_heat(on=today(), at=NOW)
    page = client.get("/heat/").content.decode()
    assert "2016-01-01" in page and "2017-01-01" in page and "2018-01-01" not in page
