"""datashader, run by a Python of its own: counts of points a pixel as a PNG, all points in memory.

Reads ``{points: file.npy of x, y in EPSG:3857, tiles: [[x0, y0, x1, y1], ...], rounds: n}`` from the
standard input and writes the milliseconds of every tile of every round.
"""

import io
import json
import sys
import time

import datashader as ds
import datashader.transfer_functions as tf
import numpy as np
import pandas as pd

asked = json.load(sys.stdin)
points = pd.DataFrame(np.load(asked["points"]), columns=["x", "y"])


def png(box: list[float]) -> bytes:
    """Draw one tile of 256 x 256 pixels."""
    x0, y0, x1, y1 = box
    canvas = ds.Canvas(256, 256, x_range=(x0, x1), y_range=(y0, y1))
    out = io.BytesIO()
    tf.shade(canvas.points(points, "x", "y", ds.count())).to_pil().save(out, "PNG")
    return out.getvalue()


for tile in asked["tiles"]:
    png(tile)  # compiles, and warms
times = []
for _ in range(asked["rounds"]):
    for tile in asked["tiles"]:
        start = time.perf_counter()
        png(tile)
        times.append(1000 * (time.perf_counter() - start))
json.dump(times, sys.stdout)
