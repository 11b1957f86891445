/* The bays of a zone to choose among: the same ones as a list of radio buttons and on the map; of one that
   cannot be asked for the reason is told, never who has it. */

import type { Feature, FeatureCollection, Geometry } from "geojson";
import { getJson, isAbort, latest } from "../lib/api";
import { bdi, byId, h, icon } from "../lib/dom";
import { number } from "../lib/format";
import { say } from "../lib/say";
import { collection, feature } from "../map/overlays";

interface Words {
  ar: string;
  en: string;
}
export interface Bay {
  id: number;
  key: string;
  stalls: number;
  why: Words | null;
  at: [number, number];
  geometry: Geometry;
}
export interface Bays {
  zone: string;
  drawn: Feature | null;
  bays: Bay[];
  has_more: boolean;
}

export function bayFeatures(bays: Bay[], chosen: number | null): FeatureCollection {
  return collection(
    ...bays.flatMap((bay) => {
      const state = bay.id === chosen ? "chosen" : bay.why ? "not" : "free";
      const about = { id: bay.id, key: bay.key, state };
      const dot = feature({ type: "Point", coordinates: bay.at }, about);
      return bay.geometry.type === "Point" ? [dot] : [feature(bay.geometry, about), dot];
    }),
  );
}

export interface BayListOptions {
  url: string;
  draw: (bays: FeatureCollection, zone: Feature | null) => void;
  chosen: (bay: Bay | null) => void; // null: a place of one's own
  loaded: (bays: Bays) => void;
}

export interface BayList {
  ask: (zone: string, months: string, startsOn: string) => void;
  choose: (id: number) => Bay | null; // a bay of the map; one that cannot be asked for is not chosen
  clear: () => void;
}

export function bayList(options: BayListOptions): BayList {
  const field = byId<HTMLFieldSetElement>("bays");
  const rows = byId("bay-rows");
  const latestAnswer = latest();
  let told: Bays | null = null;
  let chosen: number | null = Number(field.dataset.chosen) || null;
  let asked = "";

  const redraw = (): void => options.draw(bayFeatures(told?.bays ?? [], chosen), told?.drawn ?? null);
  const take = (bay: Bay | null): void => {
    chosen = bay?.id ?? null;
    redraw();
    options.chosen(bay);
  };
  const row = (bay: Bay | null): HTMLElement => {
    const id = `bay-${bay?.id ?? "none"}`;
    const stalls = bay && bay.stalls > 1 ? ` · ${say("الأماكن", "places")}: ${number(bay.stalls)}` : "";
    return h(
      "label",
      { class: "checkrow", for: id },
      h("input", {
        class: "check",
        type: "radio",
        name: "bay",
        id,
        value: bay?.id ?? "",
        checked: (bay?.id ?? null) === chosen,
        onchange: () => take(bay),
      }),
      bay
        ? h("span", {}, bdi(bay.key), stalls)
        : h(
            "span",
            {},
            say("مكان بلا موقف مسجل (دبوس على الخريطة)", "A place without a bay (a pin on the map)"),
          ),
    );
  };
  const tell = (bays: Bays): void => {
    const free = bays.bays.filter((bay) => !bay.why).length;
    const [few, all] = [number(free), number(bays.bays.length)];
    const more = bays.has_more
      ? say(" في المنطقة أكثر منها؛ للباقي ضع دبوسًا.", " The zone has more; for the rest put a pin.")
      : "";
    byId("bays-said").textContent = bays.bays.length
      ? say(
          `المنطقة ${bays.zone}: يمكن طلب ${few} من ${all}.${more}`,
          `Zone ${bays.zone}: ${few} of ${all} can be asked for.${more}`,
        )
      : say(
          `لا مواقف مسجلة في المنطقة ${bays.zone}؛ ضع دبوسًا على المكان.`,
          `Zone ${bays.zone} has no registered bays; put a pin on the place.`,
        );
  };
  const show = (bays: Bays | null): void => {
    told = bays;
    const found = bays?.bays ?? [];
    const free = found.filter((bay) => !bay.why);
    const not = found.filter((bay) => bay.why);
    if (!free.some((bay) => bay.id === chosen)) chosen = null;
    field.hidden = free.length === 0;
    rows.replaceChildren(...(free.length ? [null, ...free].map(row) : []));
    byId("bays-not").hidden = not.length === 0;
    byId("bays-why").replaceChildren(
      ...not.map((bay) => h("li", {}, icon("minus"), " ", bdi(bay.key), ": ", say(bay.why!.ar, bay.why!.en))),
    );
    if (bays) tell(bays);
    else byId("bays-said").textContent = "";
    redraw();
  };
  const choose = (id: number): Bay | null => {
    const bay = told?.bays.find((one) => one.id === id) ?? null;
    if (!bay || bay.why) return bay;
    byId<HTMLInputElement>(`bay-${bay.id}`).checked = true;
    take(bay);
    return bay;
  };
  return {
    ask: (zone, months, startsOn) => {
      const query = new URLSearchParams({ zone, months, ...(startsOn ? { starts_on: startsOn } : {}) });
      const key = zone ? query.toString() : "";
      if (key === asked) return;
      asked = key;
      if (!zone) return show(null);
      latestAnswer((signal) => getJson<Bays>(`${options.url}?${key}`, signal))
        .then((bays) => {
          const another = bays.zone !== told?.zone;
          show(bays);
          if (another) options.loaded(bays);
        })
        .catch((error: unknown) => {
          if (isAbort(error)) return;
          show(null);
          byId("bays-said").textContent = (error as Error).message;
        });
    },
    choose,
    clear: () => {
      const none = document.getElementById("bay-none") as HTMLInputElement | null;
      if (none) none.checked = true;
      chosen = null;
      redraw();
    },
  };
}
