/* One polygon drawn by hand for a question; terra-draw is loaded when somebody draws. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Polygon, Position } from "geojson";
import { TerraDraw, TerraDrawPolygonMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { currentTheme, palette } from "./palette";

type Colour = `#${string}`;

/* Begins to draw; ``done`` gets the closed ring, or null when it was given up. Returns how to give it up. */
export function drawShape(map: MapLibre, done: (ring: Position[] | null) => void): () => void {
  const c = palette(currentTheme());
  const styles = {
    fillColor: c.sel as Colour,
    fillOpacity: 0.12,
    outlineColor: c.sel as Colour,
    outlineWidth: 2.5,
  };
  const mode = new TerraDrawPolygonMode({ styles, keyEvents: { cancel: "Escape", finish: "Enter" } });
  const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map }), modes: [mode] });
  const end = (ring: Position[] | null): void => {
    window.removeEventListener("keydown", escaped);
    draw.stop();
    done(ring);
  };
  const escaped = (e: KeyboardEvent): void => {
    if (e.key === "Escape") end(null);
  };
  draw.start();
  draw.setMode("polygon");
  window.addEventListener("keydown", escaped);
  draw.on("finish", (id) => {
    const ring = (draw.getSnapshotFeature(id)?.geometry as Polygon | undefined)?.coordinates[0] ?? null;
    end(ring);
  });
  return () => end(null);
}
