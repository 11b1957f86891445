/* What is drawn of an answer about zones: the edges near the reading, and how far away they are. */

import { distance } from "../lib/format";
import type { ZoneAnswer, ZoneCandidate } from "../lib/types";
import { collection, feature } from "../map/overlays";
import type { Feature, FeatureCollection, Position } from "geojson";

const FAR_M = 400; // an edge further away is not drawn

export function edgesOf(a: ZoneAnswer, from: Position): FeatureCollection {
  const features: Feature[] = [];
  const shown: ZoneCandidate[] = a.result === "outside" ? (a.nearest ? [a.nearest] : []) : a.candidates;
  for (const c of shown) {
    if (c.edge_in_circle && a.result !== "outside")
      features.push(feature(c.edge_in_circle, { part: "edge" }));
    if (!c.nearest_edge || Math.abs(c.distance_to_edge_m) > FAR_M) continue;
    const text = distance(c.distance_to_edge_m);
    // Beside the line when it is long, else on the far side of the dot, where nothing is drawn.
    const short = Math.abs(c.distance_to_edge_m) < 2.5 * a.accuracy_m;
    const middle: Position = [(from[0]! + c.nearest_edge[0]) / 2, (from[1]! + c.nearest_edge[1]) / 2];
    const up = c.nearest_edge[1] < from[1]! ? 1 : 0;
    features.push(
      feature({ type: "LineString", coordinates: [from, c.nearest_edge] }, { part: "distance" }),
      feature({ type: "Point", coordinates: short ? from : middle }, { part: "text", text, up }),
    );
  }
  return collection(...features);
}
