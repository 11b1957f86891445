/* One cell of the lattice: chosen by pointer, by tap, by arrow keys or from the list, and told in a tip. */

import { getJson, isAbort, latest } from "../lib/api";
import { h } from "../lib/dom";
import { apiQuery, type Filters } from "../lib/heat-state";
import type { HeatCell } from "../lib/types";
import type { CityMap } from "../map/frame";
import { collection, EMPTY, feature } from "../map/overlays";
import { tipContent } from "./heat-tip";
import type { Polygon, Position } from "geojson";

export interface Cell {
  x: number;
  y: number;
  count: number;
  ring: Position[];
}

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

export class CellPicker {
  private picked: Cell | null = null;
  private timer = 0;
  private city: CityMap | null = null;
  private readonly ask = latest();
  private readonly tip = h("div", { class: "tip ui", id: "cell-tip", role: "status", hidden: true });

  constructor(
    private readonly mapBox: HTMLElement,
    private readonly filters: () => Filters,
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

  unpick(): void {
    if (!this.picked) return;
    this.picked = null;
    window.clearTimeout(this.timer);
    this.tip.hidden = true;
    this.city?.setOverlay("pick", EMPTY);
  }

  private async tell(cell: Cell, at: { x: number; y: number } | null): Promise<void> {
    const f = this.filters();
    try {
      const known = await this.ask((signal) =>
        getJson<HeatCell>(`/api/heat/cell?${apiQuery(f, { x: cell.x, y: cell.y, cell_m: f.cellM })}`, signal),
      );
      this.tip.replaceChildren(...tipContent(known, f.measure, f.cellM));
      this.tip.dataset.count = String(known.count);
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
    const found =
      this.city?.map.querySourceFeatures("heat", {
        sourceLayer: "heat",
        filter: ["all", ["==", ["get", "x"], cell.x], ["==", ["get", "y"], cell.y]],
      }) ?? [];
    const rings = found.flatMap((f) => (f.geometry.type === "Polygon" ? [f.geometry.coordinates[0]!] : []));
    return rings.length ? { ...cell, ring: rings.reduce((a, b) => (spread(b) > spread(a) ? b : a)) } : cell;
  }

  private inView(): Cell[] {
    const seen = new Map<string, Cell>();
    for (const f of this.city?.map.queryRenderedFeatures({ layers: ["heat"] }) ?? []) {
      const [x, y] = [Number(f.properties.x), Number(f.properties.y)];
      const ring = f.geometry.type === "Polygon" ? f.geometry.coordinates[0]! : [];
      if (ring.length && !seen.has(`${x},${y}`))
        seen.set(`${x},${y}`, { x, y, count: Number(f.properties.count), ring });
    }
    return [...seen.values()];
  }

  /* Arrows walk the lattice to the next cell that has reports; the first press takes the highest in view. */
  private walk(dx: number, dy: number): void {
    const cells = this.inView();
    if (!cells.length) return;
    if (!this.picked) return this.pick(this.whole(cells.reduce((a, b) => (b.count > a.count ? b : a))));
    const from = this.picked;
    const along = (c: Cell): number => (c.x - from.x) * dx + (c.y - from.y) * dy;
    const aside = (c: Cell): number => Math.abs((c.x - from.x) * dy + (c.y - from.y) * dx);
    const next = cells
      .filter((c) => along(c) > 0)
      .sort((a, b) => along(a) + 3 * aside(a) - along(b) - 3 * aside(b))[0];
    if (next) this.pick(this.whole(next));
  }

  private pointed(e: { point: { x: number; y: number } }): void {
    const f = this.city?.map.queryRenderedFeatures([e.point.x, e.point.y], { layers: ["heat"] })[0];
    if (!f || f.geometry.type !== "Polygon") return;
    const cell = {
      x: Number(f.properties.x),
      y: Number(f.properties.y),
      count: Number(f.properties.count),
      ring: f.geometry.coordinates[0]!,
    };
    this.pick(this.whole(cell), e.point);
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
    map.on("mousemove", "heat", (e) => this.pointed(e));
    map.on("click", "heat", (e) => this.pointed(e));
    const left = (): void => {
      if (!this.tip.matches(":hover") && document.activeElement !== map.getCanvas()) this.unpick();
    };
    map.on("mouseleave", "heat", () => setTimeout(left, 250));
    this.tip.addEventListener("pointerleave", () => this.unpick());
    map.on("movestart", () => (this.tip.hidden = true));
    map.on("moveend", () => {
      if (this.picked) void this.tell(this.picked, null);
    });
    map.getCanvas().addEventListener("keydown", (e) => this.keyed(e), { capture: true });
  }
}
