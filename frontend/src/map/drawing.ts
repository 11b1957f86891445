/* Drawing the parts of a site plan on the map: terra-draw for the hand, our own words, colours and snapping. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Polygon, Position } from "geojson";
import {
  TerraDraw,
  TerraDrawAngledRectangleMode,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
  type GeoJSONStoreFeatures,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import type { PartEntry, PartFeature, PartProperties, Role } from "../lib/site";
import { snapTo } from "./snapping";
import { currentTheme, onTheme, palette } from "./palette";

export type Tool = "select" | "polygon" | "angled-rectangle";
type Id = PartEntry["id"];
const DIGITS = 9; // of degrees
type Colour = `#${string}`;

export interface DrawingOptions {
  map: MapLibre;
  lines: Position[][]; // what corners are pulled to
  changed: () => void; // after every act of the hand
  chosen: (id: Id | null) => void;
}

const GRIPS = { selectionPointWidth: 6, midPointWidth: 4 };
const EDITABLE = {
  feature: {
    draggable: true,
    rotateable: true,
    coordinates: { midpoints: true, draggable: true, deletable: true },
  },
};

export class Drawing {
  private readonly draw: TerraDraw;
  private readonly said = new Map<Id, PartProperties>();
  private readonly fixed = new Map<Id, PartFeature>(); // terra-draw knows rings without holes only
  private nextRole: Role = "main";
  selected: Id | null = null;

  constructor(private readonly options: DrawingOptions) {
    this.draw = this.make();
    onTheme(() => setTimeout(() => this.again(), 0)); // a new style has dropped what was drawn on the old
  }

  private make(): TerraDraw {
    const { map, lines } = this.options;
    const snap = {
      toCoordinate: true,
      toCustom: (
        event: { containerX: number; containerY: number },
        context: { project: (lng: number, lat: number) => { x: number; y: number } },
      ): Position | undefined => snapTo({ x: event.containerX, y: event.containerY }, lines, context.project),
    };
    const fill = (f: GeoJSONStoreFeatures): Colour => this.colour(f.id ?? "");
    const ink = (): Colour => palette(currentTheme()).ink as Colour;
    const styles = { fillColor: fill, fillOpacity: 0.6, outlineColor: ink, outlineWidth: 2 } as never;
    const picked = palette(currentTheme()).sel as Colour;
    const draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: DIGITS }),
      modes: [
        new TerraDrawSelectMode({
          flags: { polygon: withSnap(snap), "angled-rectangle": withSnap(snap) },
          styles: {
            selectedPolygonColor: fill as never,
            selectedPolygonFillOpacity: 0.75,
            selectedPolygonOutlineColor: picked,
            selectedPolygonOutlineWidth: 3,
            selectionPointColor: picked,
            midPointColor: picked,
            ...GRIPS,
          },
        }),
        new TerraDrawPolygonMode({ snapping: snap as never, styles }),
        new TerraDrawAngledRectangleMode({ styles }),
      ],
    });
    draw.start();
    draw.setMode("select");
    draw.on("finish", (id, context) => this.finished(id, context.action));
    draw.on("change", (ids, type) => {
      if (type === "delete") ids.forEach((id) => this.said.delete(id));
      if (type !== "styling") this.options.changed();
    });
    draw.on("select", (id) => this.choose(id));
    draw.on("deselect", () => this.choose(null));
    return draw;
  }

  private choose(id: Id | null): void {
    this.selected = id;
    this.options.chosen(id);
  }

  private finished(id: Id, action: string): void {
    if (action === "draw") {
      this.said.set(id, propertiesOf(this.nextRole));
      this.use("select");
      this.draw.selectFeature(id);
    }
    this.options.changed();
  }

  private colour(id: Id): Colour {
    const c = palette(currentTheme());
    const role = this.said.get(id)?.role ?? this.nextRole;
    const tokens: Record<Role, string> = {
      main: c["ink-2"],
      annex: c["plot-line"],
      canopy: c["road-case"],
      ledge: c["road-case"],
      guard: c["plot-line"],
      plant: c["plot-line"],
      wall: c["road-case"],
      parking: c.surface,
    };
    return tokens[role] as Colour;
  }

  private again(): void {
    const held = this.drawn();
    this.draw.stop();
    this.draw.start();
    this.said.clear();
    held.forEach(({ id, part }) => this.put(part, id));
    this.draw.setMode("select");
  }

  private put(part: PartFeature, id: Id = crypto.randomUUID()): Id {
    this.said.set(id, { ...part.properties });
    const rings = (part.geometry as Polygon).coordinates.map((ring) => ring.map(rounded));
    const geometry = { type: "Polygon" as const, coordinates: rings };
    const [found] = this.draw.addFeatures([
      { id, type: "Feature", geometry, properties: { mode: "polygon" } },
    ]);
    if (!found?.valid) throw new Error(`a part was not taken: ${found?.reason ?? "unknown"}`);
    return id;
  }

  use(tool: Tool, role: Role = this.nextRole): void {
    this.nextRole = role;
    this.draw.setMode(tool);
  }

  /* A ring without holes is for the hand; every other shape stays as it is. */
  load(parts: PartFeature[]): void {
    for (const part of parts) {
      const { type, coordinates } = part.geometry;
      if (type === "Polygon" && coordinates.length === 1) this.put(part);
      else this.fixed.set(crypto.randomUUID(), part);
    }
    this.options.changed();
  }

  /* Leaves the clicks of the map to somebody else until a tool is used again. */
  rest(): void {
    this.draw.setMode("static");
  }

  clear(): void {
    this.draw.clear();
    this.said.clear();
    this.fixed.clear();
    this.options.changed();
  }

  add(geometry: Polygon, properties: PartProperties): void {
    this.pick(this.put({ type: "Feature", geometry, properties }));
    this.options.changed();
  }

  pick(id: Id): void {
    this.use("select");
    this.draw.selectFeature(id);
  }

  remove(id: Id): void {
    if (!this.fixed.delete(id)) {
      if (this.selected === id) this.draw.deselectFeature(id);
      this.draw.removeFeatures([id]);
      this.said.delete(id);
    }
    this.options.changed();
  }

  say(id: Id, told: Partial<PartProperties>): void {
    const fixed = this.fixed.get(id);
    if (fixed) this.fixed.set(id, { ...fixed, properties: { ...fixed.properties, ...told } });
    else this.said.set(id, { ...this.said.get(id)!, ...told });
    this.options.changed();
  }

  private drawn(): PartEntry[] {
    return [...this.said].flatMap(([id, properties]) => {
      const held = this.draw.getSnapshotFeature(id);
      if (held?.geometry.type !== "Polygon") return [];
      return [{ id, part: { type: "Feature", geometry: held.geometry, properties }, fixed: false }];
    });
  }

  /* What is finished, in the order in which it was drawn; then what no hand can edit. */
  entries(): PartEntry[] {
    return [...this.drawn(), ...[...this.fixed].map(([id, part]) => ({ id, part, fixed: true }))];
  }
}

/* A tenth of a millimetre: the library refuses more digits than it was told. */
function rounded(p: Position): Position {
  const round = (degrees: number): number => Math.round(degrees * 10 ** DIGITS) / 10 ** DIGITS;
  return [round(p[0]!), round(p[1]!)];
}

function withSnap(snap: object): object {
  return {
    feature: {
      ...EDITABLE.feature,
      coordinates: { ...EDITABLE.feature.coordinates, snappable: snap },
    },
  };
}

export function propertiesOf(role: Role): PartProperties {
  return {
    role,
    floors: role === "main" ? 2 : role === "annex" ? 1 : null,
    height_m: null,
  };
}
