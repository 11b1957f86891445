"""Record what other programs answer: esda, scipy and statsmodels (statistics_answers.json).

Not part of the set-up; the result is committed, so that no test needs these libraries.  To run
it again, in an environment of its own with the data of GEO_TEST_DATA:

    pip install esda==2.9.0 libpysal==4.14.1 scipy==1.17.1 statsmodels==0.15.0
    GEO_TEST_DATA=... python tests/maps/make_statistics_answers.py
"""

import json
import os
from pathlib import Path

import libpysal
import numpy as np
import scipy.stats as ss
import statsmodels.api as sm
from esda.getisord import G_Local

DATA = Path(os.environ["GEO_TEST_DATA"]) / "oracles"
OUT = Path(__file__).with_name("statistics_answers.json")
MAPS = (
    ("columbus", "columbus/columbus.gal", "columbus/columbus.dbf", ("CRIME", "INC")),
    ("stl", "stl/stl.gal", "stl/stl_hom.dbf", ("HC7984", "HR8893")),
)
SPLITS = (
    (12, 5, 0.5), (0, 7, 0.5), (3, 3, 0.5), (40, 20, 31 / 59), (1, 0, 0.3), (150, 90, 0.5),
    (7, 0, 0.5), (2, 11, 0.66), (1000, 900, 0.5), (20000, 19500, 0.5),
)  # fmt: skip
BETAS = (
    (0.5, 0.5, 0.3), (2, 3, 0.5), (50, 1, 0.9), (1000, 1200, 0.46), (11.5, 0.5, 0.999),
    (30000, 31000, 0.49),
)  # fmt: skip
TS = ((0, 5), (1.5, 10), (-2.2, 34), (6, 100), (40, 8))
SERIES = ((24, 0.3, True), (36, 0.0, False), (60, -0.5, True), (12, 1.5, False))


def z_scores(values, weights) -> dict[str, list[float]]:
    found = {}
    for transform in "BR":
        for star in (False, True):
            g = G_Local(values, weights, transform=transform, star=star, permutations=0)
            found[transform + "*" * star] = g.Zs.tolist()
    return found


def maps():
    for name, gal, table, columns in MAPS:
        weights = libpysal.io.open(str(DATA / gal)).read()
        ids = weights.id_order
        near = [[ids.index(j) for j in weights.neighbors[i]] for i in ids]
        for column in columns:
            values = np.array(libpysal.io.open(str(DATA / table)).by_col(column), float)
            told = z_scores(values, weights)
            yield f"{name}/{column}", {**told, "values": values.tolist(), "neighbours": near}


def lattice(rng):
    counts = rng.poisson(2, (20, 30))
    counts[5:8, 5:9] += 6
    weights = libpysal.weights.lat2W(20, 30, rook=False)
    g = G_Local(counts.ravel().astype(float), weights, transform="B", star=True, permutations=0)
    p = 2 * ss.norm.sf(np.abs(g.Zs))
    q = ss.false_discovery_control(p)
    return {"counts": counts.tolist(), "B*": g.Zs.tolist(), "p": p.tolist(), "q": q.tolist()}


def splits():
    for after, before, share in SPLITS:
        test = ss.binomtest(after, after + before, share)
        interval = test.proportion_ci(0.95, "exact")
        yield [after, before, share, test.pvalue, float(interval.low), float(interval.high)]


def series(rng):
    for n, slope, bunched in SERIES:
        years = np.arange(n) / 12
        days = np.array([28.0, 31.0, 30.0])[np.arange(n) % 3]
        mu = days * np.exp(-1 + slope * years)
        counts = rng.negative_binomial(2, 2 / (2 + mu)) if bunched else rng.poisson(mu)
        model = sm.GLM(
            counts, sm.add_constant(years), family=sm.families.Poisson(), offset=np.log(days)
        )
        quasi, plain = model.fit(scale="X2"), model.fit()
        error = plain.bse[1] * max(quasi.scale, 1.0) ** 0.5
        yield {
            "counts": counts.tolist(), "days": days.tolist(), "years": years.tolist(),
            "level": quasi.params[0], "slope": quasi.params[1], "scale": float(quasi.scale),
            "error_plain": plain.bse[1], "p": 2 * ss.t.sf(abs(quasi.params[1] / error), n - 2),
        }  # fmt: skip


def rounded(told):
    if isinstance(told, float):
        return float(f"{told:.14g}")
    if isinstance(told, dict):
        return {name: rounded(value) for name, value in told.items()}
    return [rounded(value) for value in told] if isinstance(told, list) else told


if __name__ == "__main__":
    rng = np.random.default_rng(11)
    answers = dict(maps()) | {
        "lattice": lattice(rng),
        "binomial": list(splits()),
        "beta": [[a, b, x, float(ss.beta.cdf(x, a, b))] for a, b, x in BETAS],
        "t": [[t, df, float(2 * ss.t.sf(abs(t), df))] for t, df in TS],
        "trends": list(series(rng)),
    }
    OUT.write_text(json.dumps(rounded(answers), separators=(",", ":")), encoding="utf-8")
