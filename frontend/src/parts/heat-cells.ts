/* One cell of the lattice: chosen by pointer, by tap, by arrow keys or from the list, and told in a tip. */

import { isAbort, latest } from "../lib/api";
import { h } from "../lib/dom";
import type { CityMap } from "../map/frame";
import { PICKED_FROM } from "../map/heat-layers";
import { collection, EMPTY, feature } from "../map/overlays";
import type { MapGeoJSONFeature } from "maplibre-gl";
import type { Polygon, Position } from "geojson";

export interface Cell {
  x: number;
  y: number;
  weight: number; // by which the first cell in view is taken: reports, or how sure a verdict is
  ring: Position[];
  facts: Record<string, unknown>;
}

type Describe = (cell: Cell, signal: AbortSignal) => Promise<HTMLElement[]> | HTMLElement[];

const TIP_AFTER_MS = 90;
const STEPS: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export function middle(ring: Position[]): [number, number] {
  const n = ring.length - 1;
  return ring.slice(0, n).reduce<[number, number]>((a, p) => [a[0] + p[0]! / n, a[1] + p[1]! / n], [0, 0]);
}

function spread(ring: Position[]): number {
  const xs = ring.map((p) => p[0]!);
  const ys = ring.map((p) => p[1]!);
  return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
}

function cellOf(f: MapGeoJSONFeature): Cell | null {
  if (f.geometry.type !== "Polygon") return null;
  const p = f.properties as Record<string, unknown>;
  const weight = "z" in p ? Math.abs(Number(p.z)) : Number(p.count ?? Number(p.after) + Number(p.before));
  return { x: Number(p.x), y: Number(p.y), weight, ring: f.geometry.coordinates[0]!, facts: p };
}

export class CellPicker {
  private picked: Cell | null = null;
  private timer = 0;
  private city: CityMap | null = null;
  private resting = false;
  private readonly ask = latest();
  private readonly tip = h("div", { class: "tip ui", id: "cell-tip", role: "status", hidden: true });

  constructor(
    private readonly mapBox: HTMLElement,
    private readonly describe: Describe,
  ) {
    mapBox.append(this.tip);
  }

  pick(cell: Cell, at: { x: number; y: number } | null = null): void {
    if (this.picked && this.picked.x === cell.x && this.picked.y === cell.y && !this.tip.hidden) return;
    this.picked = cell;
    this.city?.setOverlay(
      "pick",
      collection(feature({ type: "Polygon", coordinates: [cell.ring] } as Polygon, { part: "cell" })),
    );
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.tell(cell, at), TIP_AFTER_MS);
  }

  /* While another hand has the map nothing is picked. */
  rest(on: boolean): void {
    this.resting = on;
  }

  unpick(): void {
    if (!this.picked) return;
    this.picked = null;
    window.clearTimeout(this.timer);
    this.tip.hidden = true;
    this.city?.setOverlay("pick", EMPTY);
  }

  private async tell(cell: Cell, at: { x: number; y: number } | null): Promise<void> {
    try {
      this.tip.replaceChildren(...(await this.ask(async (signal) => this.describe(cell, signal))));
      this.tip.dataset.count = String(cell.facts.count ?? "");
      this.tip.hidden = false;
      this.placeTip(cell, at);
    } catch (error) {
      if (!isAbort(error)) this.unpick();
    }
  }

  /* Beside the cell, on the side with room; never over it. Pixels of the map do not mirror. */
  private placeTip(cell: Cell, at: { x: number; y: number } | null): void {
    if (!this.city) return;
    const p = at ?? this.city.map.project(middle(cell.ring));
    const { tip, mapBox } = this;
    const x =
      p.x + 18 + tip.offsetWidth < mapBox.clientWidth ? p.x + 18 : Math.max(8, p.x - 18 - tip.offsetWidth);
    const sheet = parseFloat(mapBox.style.getPropertyValue("--sheet-free")) || 0; // what a phone's sheet covers
    const y =
      p.y + 18 + tip.offsetHeight < mapBox.clientHeight - sheet
        ? p.y + 18
        : Math.max(8, p.y - 18 - tip.offsetHeight);
    tip.style.setProperty("left", `${x}px`);
    tip.style.setProperty("top", `${y}px`);
  }

  /* A cell as it lies in the tiles; at a tile's edge it comes in pieces, of which the largest stands for it. */
  whole(cell: Cell): Cell {
    const { map } = this.city ?? {};
    if (!map?.getSource("heat")) return cell; // a verdict comes whole
    const found = map.querySourceFeatures("heat", {
      sourceLayer: "heat",
      filter: ["all", ["==", ["get", "x"], cell.x], ["==", ["get", "y"], cell.y]],
    });
    const rings = found.flatMap((f) => (f.geometry.type === "Polygon" ? [f.geometry.coordinates[0]!] : []));
    return rings.length ? { ...cell, ring: rings.reduce((a, b) => (spread(b) > spread(a) ? b : a)) } : cell;
  }

  private drawn(): string[] {
    return PICKED_FROM.filter((id) => this.city?.map.getLayer(id));
  }

  private inView(): Cell[] {
    const seen = new Map<string, Cell>();
    for (const f of this.city?.map.queryRenderedFeatures({ layers: this.drawn() }) ?? []) {
      const cell = cellOf(f);
      if (cell && !seen.has(`${cell.x},${cell.y}`)) seen.set(`${cell.x},${cell.y}`, cell);
    }
    return [...seen.values()];
  }

  /* Arrows walk the lattice to the next cell that has reports; the first press takes the highest in view. */
  private walk(dx: number, dy: number): void {
    const cells = this.inView();
    if (!cells.length) return;
    if (!this.picked) return this.pick(this.whole(cells.reduce((a, b) => (b.weight > a.weight ? b : a))));
    const from = this.picked;
    const along = (c: Cell): number => (c.x - from.x) * dx + (c.y - from.y) * dy;
    const aside = (c: Cell): number => Math.abs((c.x - from.x) * dy + (c.y - from.y) * dx);
    const next = cells
      .filter((c) => along(c) > 0)
      .sort((a, b) => along(a) + 3 * aside(a) - along(b) - 3 * aside(b))[0];
    if (next) this.pick(this.whole(next));
  }

  private pointed(e: { point: { x: number; y: number } }): void {
    const layers = this.drawn();
    if (this.resting || !layers.length) return;
    const f = this.city?.map.queryRenderedFeatures([e.point.x, e.point.y], { layers })[0];
    const cell = f && cellOf(f);
    if (cell) this.pick(this.whole(cell), e.point);
  }

  private keyed(e: KeyboardEvent): void {
    const step = STEPS[e.key];
    if (e.key === "Escape") this.unpick();
    if (!step || e.shiftKey) return; // Shift and an arrow move the map
    e.preventDefault();
    e.stopPropagation();
    this.walk(...step);
  }

  listen(frame: CityMap): void {
    this.city = frame;
    const { map } = frame;
    const left = (): void => {
      if (!this.tip.matches(":hover") && document.activeElement !== map.getCanvas()) this.unpick();
    };
    for (const layer of PICKED_FROM) {
      map.on("mousemove", layer, (e) => this.pointed(e));
      map.on("click", layer, (e) => this.pointed(e));
      map.on("mouseleave", layer, () => setTimeout(left, 250));
    }
    this.tip.addEventListener("pointerleave", () => this.unpick());
    map.on("movestart", () => (this.tip.hidden = true));
    map.on("moveend", () => {
      if (this.picked) void this.tell(this.picked, null);
    });
    map.getCanvas().addEventListener("keydown", (e) => this.keyed(e), { capture: true });
  }
}
