/* The layers of a drawing: what each holds, and the floors and height of what is built on it. */

import type { FeatureCollection } from "geojson";
import { bdi, h } from "../lib/dom";
import { say } from "../lib/say";
import { measureField } from "./measure-field";

export interface Facts {
  floors?: number | undefined;
  height_m?: number | undefined;
}

export interface Mapping {
  roles: Record<string, string>;
  facts: Record<string, Facts>;
  unit: string;
}

export interface Read {
  units: { name: string | null };
  layers: { name: string; objects: number; off: boolean; frozen: boolean }[];
  unread: { layer: string; entity: string; count: number; why?: { ar: string; en: string } }[];
  left_out: { layer: string; why: string }[];
  roles: Record<string, string>;
  unit_doubt: string | null;
  refused: string;
  laid: {
    site: FeatureCollection;
    words: string;
    off_plot: string | null;
    fits: { misfit_m: number; mirrored: boolean; good: boolean; words: string }[];
    plot_difference: { words: string } | null;
    notes: string[];
    stops: boolean;
  } | null;
}

export interface LayerList {
  read: Read;
  mapping: Mapping; // is written into
  changed: () => void;
}

const ROLE_NAMES: [string, string, string][] = [
  ["ignore", "لا يُقرأ", "Leave out"],
  ["plot", "حد القطعة كما رُسم", "Plot line as drawn"],
  ["main", "المبنى الرئيسي", "Main building"],
  ["annex", "ملحق", "Annex"],
  ["canopy", "مظلة أو عريش", "Canopy or pergola"],
  ["ledge", "بروز معماري", "Architectural projection"],
  ["guard", "غرفة حارس", "Guard room"],
  ["plant", "خزانات ومعدات", "Tanks and machines"],
  ["wall", "سور", "Boundary wall"],
  ["parking", "موقف", "Parking bay"],
];
const MOST_LAYERS = 12; // shown at once; a drawing may have a thousand

function layer(list: LayerList, name: string, objects: number): HTMLElement {
  const role = h(
    "select",
    {
      class: "inp",
      "aria-label": say(`ما في الطبقة ${name}`, `What layer ${name} holds`),
      "data-layer": name,
      onchange: (e: Event) => {
        list.mapping.roles[name] = (e.target as HTMLSelectElement).value;
        list.changed();
      },
    },
    ...ROLE_NAMES.map(([code, ar, en]) =>
      h("option", { value: code, selected: list.mapping.roles[name] === code }, say(ar, en)),
    ),
  );
  const built = ["main", "annex"].includes(list.mapping.roles[name] ?? "");
  return h(
    "li",
    { class: "part" },
    h(
      "div",
      { class: "field tight" },
      h("p", { class: "s" }, bdi(name), " ", h("span", { class: "mute" }, bdi(`× ${objects}`))),
      role,
    ),
    built
      ? h("div", { class: "row wrap tight" }, fact(list, name, "floors"), fact(list, name, "height_m"))
      : null,
  );
}

function fact(list: LayerList, name: string, what: keyof Facts): HTMLElement {
  return measureField({
    id: `dxf-${what}-${list.read.layers.findIndex((one) => one.name === name)}`,
    label: what === "floors" ? say("الطوابق", "Floors") : say("الارتفاع (م)", "Height (m)"),
    what,
    value: list.mapping.facts[name]?.[what] ?? null,
    told: (value) => {
      list.mapping.facts[name] = { ...list.mapping.facts[name], [what]: value ?? undefined };
      list.changed();
    },
  });
}

/* What is read comes first, then the fullest; of a drawing with many layers the rest is folded away. */
export function layerLists(list: LayerList): HTMLElement[] {
  const isRead = (name: string): boolean => (list.mapping.roles[name] ?? "ignore") !== "ignore";
  const held = list.read.layers.filter((one) => one.objects > 0);
  const row = (one: Read["layers"][number]): HTMLElement => layer(list, one.name, one.objects);
  if (held.length <= MOST_LAYERS) return [h("ul", { class: "parts block" }, ...held.map(row))];
  held.sort((a, b) => Number(isRead(b.name)) - Number(isRead(a.name)) || b.objects - a.objects);
  const first = Math.max(MOST_LAYERS, held.filter((one) => isRead(one.name)).length);
  const rest = held.slice(first);
  const folded = h("ul", { class: "parts" });
  const more = h(
    "details",
    {
      class: "block",
      "data-more-layers": "",
      ontoggle: () => {
        if (!folded.children.length) folded.append(...rest.map(row)); // a thousand lists are made when asked for
      },
    },
    h("summary", {}, say(`طبقات أخرى (${rest.length})`, `Other layers (${rest.length})`)),
    folded,
  );
  const shown = h("ul", { class: "parts block" }, ...held.slice(0, first).map(row));
  return rest.length ? [shown, more] : [shown];
}
