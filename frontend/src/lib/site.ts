/* A site plan in the browser: what the server answers of it, and how people read it. */

import type {
  Feature,
  FeatureCollection,
  Geometry,
  LineString,
  MultiLineString,
  MultiPolygon,
  Polygon,
} from "geojson";
import { count, metres, number, percent, squareMetres } from "./format";
import type { ArabicForms } from "./plural";
import { say } from "./say";

export type Role = "main" | "annex" | "canopy" | "ledge" | "guard" | "plant" | "wall" | "parking";
export type Status = "pass" | "fail" | "unknown" | "not_applicable";

export interface SiteLine {
  rule: string;
  name: string;
  beside?: string | null; // what a setback's edge looks at
  permitted: number | null;
  provided: number | null;
  unit: string;
  status: Status;
  source: string;
  geometry: Geometry | null;
  edge: Geometry | null;
  reason?: string;
}

export interface Sheet {
  verdict: "pass" | "fail" | "unknown";
  rules: SiteLine[];
  off_plot?: string | null; // how far a drawing of real coordinates lies off its plot
}

export interface PartProperties {
  role: Role;
  floors: number | null;
  height_m: number | null;
  use?: string;
}

/* Walls may be lines; everything else is an area. */
export type PartShape = Polygon | MultiPolygon | LineString | MultiLineString;
export type PartFeature = Feature<PartShape, PartProperties>;

/* A part in the list: ``fixed`` where no hand can edit its shape on the map (a hole, several pieces, a line). */
export interface PartEntry {
  id: string | number;
  part: PartFeature;
  fixed: boolean;
}

export interface SiteVersion extends Sheet {
  version: number;
  origin: string;
  sha256: string;
  submitted_at: string | null;
  checked_on: string;
  plot_m2: number;
  footprint_m2: number;
  floor_area_m2: number | null;
  site: FeatureCollection<PartShape, PartProperties>;
}

export interface GroundEdge {
  side: "front" | "side" | "rear" | "not_known";
  name: string;
  length_m: number;
  setback_m: number | null;
  geometry: Geometry;
}

export interface Ground {
  plots: { id: number; number: string }[];
  plot: Polygon | MultiPolygon;
  plot_m2: number;
  envelope: Polygon | MultiPolygon | null;
  is_whole: boolean;
  limits: Record<string, number | null>;
  limits_source: string;
  edges: GroundEdge[];
}

export const ROLES: Role[] = ["main", "annex", "canopy", "ledge", "guard", "plant", "parking", "wall"];

export function roleName(role: Role): string {
  const names: Record<Role, string> = {
    main: say("المبنى الرئيسي", "Main building"),
    annex: say("ملحق", "Annex"),
    canopy: say("مظلة أو عريش", "Canopy or pergola"),
    ledge: say("بروز معماري", "Architectural projection"),
    guard: say("غرفة حارس", "Guard room"),
    plant: say("خزانات ومعدات", "Tanks and machines"),
    wall: say("سور", "Boundary wall"),
    parking: say("موقف", "Parking bay"),
  };
  return names[role];
}

export function statusName(status: Status): string {
  const names: Record<Status, string> = {
    pass: say("مطابق", "Pass"),
    fail: say("غير مطابق", "Fail"),
    unknown: say("غير معلوم", "Unknown"),
    not_applicable: say("لا ينطبق", "Not applicable"),
  };
  return names[status];
}

/* The mark of a status: the same shapes as everywhere, never colour alone. */
export function statusMark(status: Status): { css: string; icon: string } {
  const marks: Record<Status, { css: string; icon: string }> = {
    pass: { css: "pass", icon: "pass" },
    fail: { css: "fail", icon: "fail" },
    unknown: { css: "unknown", icon: "diamond" },
    not_applicable: { css: "na", icon: "na" },
  };
  return marks[status];
}

/* Rules whose limit is the least that must be there; of all others it is the most that may be. */
const AT_LEAST = /^(setback\.|parking$)/;
/* Rules that permit nothing at all: what is provided is ground that should be empty. */
const NONE_PERMITTED = /^(inside_plot|road_reserve|wadi|neighbours|overlap)$/;

export function quantity(value: number, unit: string): string {
  if (unit === "m") return metres(value);
  if (unit === "m2") return squareMetres(value);
  if (unit === "%") return percent(value, 1);
  return number(value, Number.isInteger(value) ? 0 : 1);
}

export function permittedWords(line: SiteLine): string {
  if (line.permitted === null) return say("غير معلوم في المخطط", "Not stated by the plan");
  if (NONE_PERMITTED.test(line.rule))
    return line.rule === "inside_plot"
      ? say("كامل البناء داخلها", "All of it inside")
      : say("لا بناء فيه", "Nothing on it");
  const words = quantity(line.permitted, line.unit);
  return AT_LEAST.test(line.rule)
    ? say(`${words} على الأقل`, `${words} at least`)
    : say(`${words} على الأكثر`, `${words} at most`);
}

/* Rules whose number the office states; what it does not state is no limit that the plan leaves open. */
const STATED = /^(floors|height|built_up)$/;

/* Whether a line is unknown because the drawing does not say, or because the plan sets no limit. */
export function whyUnknown(line: SiteLine): "limit" | "drawing" | "ground" | null {
  if (line.status !== "unknown") return null;
  if (line.permitted === null) return "limit";
  return STATED.test(line.rule) ? "drawing" : "ground";
}

export function providedWords(line: SiteLine): string {
  if (line.provided === null && line.status === "unknown" && STATED.test(line.rule))
    return say("لم يُذكر في الرسم", "Not stated in the drawing");
  if (line.provided === null || line.status === "not_applicable") return "—";
  if (!NONE_PERMITTED.test(line.rule)) return quantity(line.provided, line.unit);
  if (line.status === "pass")
    return line.rule === "inside_plot"
      ? say("كامل البناء داخلها", "All of it inside")
      : say("لا شيء", "Nothing");
  const outside = squareMetres(line.provided);
  return line.rule === "inside_plot" ? say(`${outside} خارجها`, `${outside} outside`) : outside;
}

/* How far a line that fails is from its limit, in words; empty where that says nothing. */
export function shortfall(line: SiteLine): string {
  if (line.status !== "fail" || line.permitted === null || line.provided === null) return "";
  const gap = quantity(Math.abs(line.permitted - line.provided), line.unit);
  const limit = quantity(line.permitted, line.unit);
  if (NONE_PERMITTED.test(line.rule)) return providedWords(line);
  return AT_LEAST.test(line.rule)
    ? say(`ينقص ${gap} عن ${limit}`, `${gap} short of ${limit}`)
    : say(`يزيد ${gap} على ${limit}`, `${gap} above ${limit}`);
}

/* A count of rules and what is said of them: after غير the word agrees with the number. */
function rulesAr(two: string, others: string): ArabicForms {
  const rest = `قاعدة ${others}`;
  return {
    one: `قاعدة واحدة ${others}`,
    two: `قاعدتان ${two}`,
    few: `قواعد ${others}`,
    many: rest,
    other: rest,
  };
}

const FAILING_AR = rulesAr("غير مطابقتين", "غير مطابقة");
const UNKNOWN_AR = rulesAr("غير معلومتين", "غير معلومة");

/* The verdict in one sentence, as it stands at the head of the sheet. */
export function summary(lines: SiteLine[]): string {
  const failing = lines.filter((line) => line.status === "fail").length;
  const unknown = lines.filter((line) => line.status === "unknown").length;
  if (!failing && !unknown) return say("المخطط مطابق لكل القواعد", "The site plan keeps every rule");
  const parts: string[] = [];
  if (failing) parts.push(count(failing, FAILING_AR, "rule fails", "rules fail"));
  if (unknown) parts.push(count(unknown, UNKNOWN_AR, "is unknown", "are unknown"));
  return parts.join(say("، و", ", "));
}

/* The numbers that failing lines bear on the sheet and on the map, in the order of the sheet. */
export function failNumbers(lines: SiteLine[]): Map<SiteLine, number> {
  const found = new Map<SiteLine, number>();
  for (const line of lines) if (line.status === "fail") found.set(line, found.size + 1);
  return found;
}

/* The drawing as it is sent: parts with what is said of them, nothing of how they were drawn. */
export function siteOf(parts: PartFeature[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: parts.map((part) => ({
      type: "Feature",
      geometry: part.geometry,
      properties: {
        role: part.properties.role,
        ...(part.properties.floors === null ? {} : { floors: part.properties.floors }),
        ...(part.properties.height_m === null ? {} : { height_m: part.properties.height_m }),
        ...(part.properties.use ? { use: part.properties.use } : {}),
      },
    })),
  };
}

/* The parts of an office's file. What it does not say stays unsaid: floors of our own making would be checked
   as the office's word. */
export function partsOf(file: FeatureCollection): PartFeature[] {
  const found = file.features.filter((f) => f.geometry) as PartFeature[];
  return found.map((f) => {
    const { floors, height_m } = f.properties as Partial<PartProperties>;
    return { ...f, properties: { ...f.properties, floors: floors ?? null, height_m: height_m ?? null } };
  });
}
