/* What the hand does on the map: drag a corner or the middle of an edge, click corners of something new.
   A dragged corner is pulled to what is there; what it becomes is for the server to say. */

import type { Map as MapLibre, MapGeoJSONFeature, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import type { Position } from "geojson";
import { announce } from "../lib/dom";
import { metres } from "../lib/format";
import { say } from "../lib/say";
import { bent, dragged, rings, rounded, same, type Operation, type ZoneFeature } from "../lib/zone-edit";
import { metresBetween } from "./measure";
import { snapTo } from "./snapping";

export type ZoneTool = "edit" | "draw" | "split";

export interface HandOptions {
  map: MapLibre;
  zones: () => ZoneFeature[];
  chosen: () => ZoneFeature | undefined;
  pick: (number: string) => void;
  act: (operation: Operation) => void;
  live: (zones: ZoneFeature[] | null) => void; // while a hand drags
  sketch: (points: Position[], pointer: Position | null) => void;
  finished: (points: Position[]) => void;
}

interface Grip {
  part: "corner" | "middle";
  at: Position; // of a corner; the first end of an edge
  end: Position | null;
}

const REACH_PX = 6; // a finger or a mouse near a grip holds it

export class ZoneHand {
  tool: ZoneTool = "edit";
  private grip: Grip | null = null;
  private to: Position | null = null;
  private points: Position[] = [];

  constructor(private readonly o: HandOptions) {
    const { map } = o;
    map.on("mousedown", (e) => this.take(e));
    map.on("touchstart", (e) => this.take(e));
    map.on("mousemove", (e) => this.move(e));
    map.on("touchmove", (e) => this.move(e));
    for (const end of ["mouseup", "touchend"] as const) map.on(end, () => this.drop());
    map.on("click", (e) => this.click(e));
    map.on("dblclick", (e) => {
      if (this.tool === "edit") return;
      e.preventDefault(); // the last click has set its corner
      this.finish();
    });
    map.getCanvas().addEventListener("keydown", (e) => this.key(e));
  }

  use(tool: ZoneTool): void {
    this.tool = tool;
    this.clear();
    this.o.map.getCanvas().style.cursor = tool === "edit" ? "" : "crosshair";
  }

  clear(): void {
    this.points = [];
    this.grip = null;
    this.o.sketch([], null);
  }

  private under(e: MapMouseEvent | MapTouchEvent, layers: string[]): MapGeoJSONFeature | undefined {
    const { x, y } = e.point;
    return this.o.map.queryRenderedFeatures(
      [
        [x - REACH_PX, y - REACH_PX],
        [x + REACH_PX, y + REACH_PX],
      ],
      { layers },
    )[0];
  }

  private take(e: MapMouseEvent | MapTouchEvent): void {
    if (this.tool !== "edit" || ("points" in e && e.points.length > 1)) return;
    const corner = this.under(e, ["ze-corner"]);
    const found = corner ?? this.under(e, ["ze-middle"]);
    if (!found) return;
    e.preventDefault(); // the map stays where it is
    const p = found.properties as { at?: string; from?: string; to?: string };
    this.grip = corner
      ? { part: "corner", at: JSON.parse(p.at!) as Position, end: null }
      : { part: "middle", at: JSON.parse(p.from!) as Position, end: JSON.parse(p.to!) as Position };
    this.to = null;
  }

  /* Corners and edges of every zone, but for what hangs on the grip itself. */
  private lines(grip: Grip | null): Position[][] {
    const runs = this.o.zones().flatMap(rings);
    if (!grip || grip.part === "middle") return runs;
    return runs.flatMap((ring) => {
      const at = ring.findIndex((p) => same(p, grip.at));
      if (at < 0) return [ring];
      const open = ring.slice(0, -1);
      const turned = [...open.slice(at + 1), ...open.slice(0, at)];
      return [turned];
    });
  }

  private spot(e: MapMouseEvent | MapTouchEvent, grip: Grip | null): Position {
    const { map } = this.o;
    const snapped = snapTo(e.point, this.lines(grip), (lng, lat) => map.project([lng, lat]));
    return rounded(snapped ?? [e.lngLat.lng, e.lngLat.lat]);
  }

  private move(e: MapMouseEvent | MapTouchEvent): void {
    const { grip } = this;
    if (this.tool !== "edit") {
      if (this.points.length) this.o.sketch(this.points, this.spot(e, null));
      return;
    }
    if (!grip) {
      const over = "originalEvent" in e && this.under(e, ["ze-corner", "ze-middle"]);
      this.o.map.getCanvas().style.cursor = over ? "grab" : "";
      return;
    }
    this.to = this.spot(e, grip);
    const zones = this.o.zones();
    this.o.live(grip.end ? bent(zones, grip.at, grip.end, this.to) : dragged(zones, grip.at, this.to));
  }

  private drop(): void {
    const { grip, to } = this;
    this.grip = null;
    if (!grip || !to) return;
    this.to = null;
    if (grip.end) {
      const middle = rounded([(grip.at[0]! + grip.end[0]!) / 2, (grip.at[1]! + grip.end[1]!) / 2]);
      this.o.act({ op: "insert", at: middle, to });
    } else if (!same(grip.at, to)) this.o.act({ op: "move", at: grip.at, to });
    else this.o.live(null);
  }

  private click(e: MapMouseEvent): void {
    if (this.tool !== "edit") {
      this.add(this.spot(e, null));
      return;
    }
    if (this.under(e, ["ze-corner", "ze-middle"])) return;
    const zone = this.under(e, ["ze-fill"]);
    if (zone) this.o.pick(String(zone.properties.number));
  }

  private add(p: Position): void {
    const last = this.points.at(-1);
    const first = this.points[0];
    if (this.tool === "draw" && first && this.points.length > 2 && same(p, first)) {
      this.finish();
      return;
    }
    if (last && (same(p, last) || this.apartPx(p, last) < REACH_PX / 2)) return; // a double click
    this.points = [...this.points, p];
    this.o.sketch(this.points, null);
    const long = last ? ` ${metres(metresBetween(last, p), 1)}` : "";
    announce(say(`رأس ${this.points.length}.${long}`, `Corner ${this.points.length}.${long}`));
  }

  private apartPx(a: Position, b: Position): number {
    const [p, q] = [this.o.map.project([a[0]!, a[1]!]), this.o.map.project([b[0]!, b[1]!])];
    return Math.hypot(p.x - q.x, p.y - q.y);
  }

  /* By keyboard the middle of the map is the pen: the arrows move the map under it. */
  private key(e: KeyboardEvent): void {
    if (this.tool === "edit") return;
    const { lng, lat } = this.o.map.getCenter();
    if (e.key === "Enter" && !e.shiftKey) this.add(rounded([lng, lat]));
    else if (e.key === "Enter") this.finish();
    else if (e.key === "Backspace") this.back();
    else if (e.key === "Escape") this.clear();
  }

  /* Take the last corner back. */
  back(): void {
    this.points = this.points.slice(0, -1);
    this.o.sketch(this.points, null);
  }

  finish(): void {
    const least = this.tool === "draw" ? 3 : 2;
    if (this.points.length < least) return;
    const { points } = this;
    this.o.sketch(points, null);
    this.o.finished(points);
  }

  get count(): number {
    return this.points.length;
  }
}

export function drawingWords(tool: ZoneTool, chosen: string): string {
  return tool === "draw"
    ? say(
        "انقر رؤوس المنطقة الجديدة؛ تنجذب إلى حدود جيرانها. أنهِها بالنقر على أول رأس أو بالزر.",
        "Click the corners of the new zone; they are pulled to its neighbours. End it at the first corner or by the button.",
      )
    : say(
        `ارسم الخط الذي يقسم المنطقة ${chosen} من حد إلى حد.`,
        `Draw the line that splits zone ${chosen}, from edge to edge.`,
      );
}
