/* The flat or shop of an application: chosen among those that the register knows on the plot; written where
   it is not among them, or where the register knows none. */

import { getJson, isAbort, latest } from "../lib/api";
import { byId, h } from "../lib/dom";
import { number } from "../lib/format";
import { say } from "../lib/say";

interface Words {
  ar: string;
  en: string;
}
export interface KnownUnit {
  written: string;
  number: string;
  floor: number | null;
  use: Words;
  building: Words;
}

const OTHER = "*"; // no unit is written so in the list: an option of its own

export function groupedByBuilding(units: KnownUnit[]): [string, KnownUnit[]][] {
  const groups = new Map<string, KnownUnit[]>();
  for (const unit of units) {
    const name = say(unit.building.ar, unit.building.en);
    groups.set(name, [...(groups.get(name) ?? []), unit]);
  }
  return [...groups];
}

/* What is chosen in the list for what is written in the field. */
export function chosenFor(written: string, units: KnownUnit[]): string {
  const text = written.trim();
  if (!text) return "";
  return units.some((one) => one.written === text) ? text : OTHER;
}

function label(unit: KnownUnit): string {
  const floor = unit.floor === null ? "" : say(`الطابق ${number(unit.floor)}`, `floor ${number(unit.floor)}`);
  return [unit.written, floor, say(unit.use.ar, unit.use.en)].filter(Boolean).join(" · ");
}

export function unitList(url: string): { ask: (plot: URLSearchParams | null) => void } {
  const list = byId<HTMLSelectElement>("unit-known");
  const own = byId<HTMLInputElement>("unit");
  const choice = byId("unit-choice");
  const ownField = byId("unit-own");
  const latestAnswer = latest();
  let units: KnownUnit[] = [];
  let asked = "";

  const show = (): void => {
    const known = units.length > 0;
    choice.hidden = !known;
    ownField.hidden = known && list.value !== OTHER;
    ownField.querySelector<HTMLElement>("[data-alone]")!.hidden = known;
    ownField.querySelector<HTMLElement>("[data-beside]")!.hidden = !known;
  };
  const draw = (found: KnownUnit[]): void => {
    if (units.some((one) => one.written === own.value)) {
      // chosen on the plot before: it is no unit of this one
      if (!found.some((one) => one.written === own.value)) own.value = "";
    }
    units = found;
    list.replaceChildren(
      h("option", { value: "" }, say("بلا وحدة", "No unit")),
      ...groupedByBuilding(units).map(([name, of]) =>
        h("optgroup", { label: name }, ...of.map((one) => h("option", { value: one.written }, label(one)))),
      ),
      h("option", { value: OTHER }, say("وحدة ليست في القائمة", "A unit that is not listed")),
    );
    list.value = chosenFor(own.value, units);
    const count = number(units.length);
    byId("unit-said").textContent = units.length
      ? say(`وحدات القطعة في السجل: ${count}`, `Units of the plot in the register: ${count}`)
      : "";
    show();
  };
  list.addEventListener("change", () => {
    own.value = list.value === OTHER ? "" : list.value;
    show();
    if (list.value === OTHER) own.focus();
  });
  return {
    ask: (plot) => {
      const key = plot?.toString() ?? "";
      if (key === asked) return;
      asked = key;
      if (!plot) return draw([]);
      latestAnswer((signal) => getJson<{ units: KnownUnit[] }>(`${url}?${key}`, signal))
        .then((told) => draw(told.units))
        .catch((error: unknown) => {
          if (!isAbort(error)) draw([]); // the plot is not known: the page says so beside its number
        });
    },
  };
}
