/* The parts of a drawing as a list: what each is, its floors and height; the same acts as on the map. */

import { bdi, h, icon } from "../lib/dom";
import { metres, squareMetres } from "../lib/format";
import { say } from "../lib/say";
import {
  ROLES,
  roleName,
  type PartEntry,
  type PartFeature,
  type PartProperties,
  type Role,
} from "../lib/site";
import { metresBetween, netM2 } from "../map/measure";
import { measureField, type Measure } from "./measure-field";

type Id = PartEntry["id"];

export interface PartListActs {
  say: (id: Id, told: Partial<PartProperties>) => void;
  pick: (id: Id) => void;
  remove: (id: Id) => void;
}

function measure(id: Id, label: string, what: Measure, part: PartFeature, acts: PartListActs): HTMLElement {
  const told = (value: number | null): void => acts.say(id, { [what]: value });
  return measureField({ id: `${what}-${id}`, label, what, value: part.properties[what], told });
}

function role(id: Id, part: PartFeature, acts: PartListActs): HTMLElement {
  const select = h(
    "select",
    {
      class: "inp",
      id: `role-${id}`,
      onchange: (e: Event) => acts.say(id, { role: (e.target as HTMLSelectElement).value as Role }),
    },
    ...ROLES.map((one) => h("option", { value: one, selected: one === part.properties.role }, roleName(one))),
  );
  return h(
    "div",
    { class: "field tight grow" },
    h("label", { for: `role-${id}` }, say("ما هو؟", "What is it?")),
    select,
  );
}

/* The ground that a part covers, without its holes; of a line, its length. */
export function sizeOf(part: PartFeature, scale: number): string {
  const { geometry } = part;
  if (geometry.type === "LineString" || geometry.type === "MultiLineString") {
    const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
    const steps = lines.flatMap((line) => line.slice(1).map((to, i) => metresBetween(line[i]!, to)));
    return metres(steps.reduce((sum, length) => sum + length, 0) * Math.sqrt(scale));
  }
  const pieces = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return squareMetres(pieces.reduce((sum, rings) => sum + netM2(rings), 0) * scale);
}

export function partList(
  entries: PartEntry[],
  selected: Id | null,
  acts: PartListActs,
  scale: number, // of the city's metric grid against the browser's measure
): HTMLElement {
  if (!entries.length)
    return h(
      "p",
      { class: "s mute" },
      say(
        "لا شيء مرسوم بعد. ارسم على الخريطة أو أدخل القياسات.",
        "Nothing is drawn yet. Draw on the map or enter the measures.",
      ),
    );
  return h(
    "ul",
    { class: "parts" },
    ...entries.map(({ id, part, fixed }) => {
      const built = part.properties.role === "main" || part.properties.role === "annex";
      return h(
        "li",
        { class: id === selected ? "part on" : "part", "data-role": part.properties.role },
        h(
          "div",
          { class: "row wrap tight" },
          role(id, part, acts),
          built ? measure(id, say("الطوابق", "Floors"), "floors", part, acts) : null,
          built ? measure(id, say("الارتفاع (م)", "Height (m)"), "height_m", part, acts) : null,
        ),
        h(
          "div",
          { class: "row between tight" },
          h("span", { class: "s mute" }, bdi(sizeOf(part, scale))),
          h(
            "span",
            { class: "acts" },
            fixed
              ? null
              : h(
                  "button",
                  { type: "button", class: "btn three sm", onclick: () => acts.pick(id) },
                  icon("pin"),
                  say("حدّده", "Select"),
                ),
            h(
              "button",
              { type: "button", class: "btn three sm", onclick: () => acts.remove(id) },
              icon("close"),
              say("احذفه", "Remove"),
            ),
          ),
        ),
      );
    }),
  );
}
