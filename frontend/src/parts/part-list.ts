/* The parts of a drawing as a list: what each is, its floors and height; the same acts as on the map. */

import { bdi, h, icon } from "../lib/dom";
import { squareMetres } from "../lib/format";
import { say } from "../lib/say";
import { ROLES, roleName, type PartFeature, type PartProperties, type Role } from "../lib/site";
import { areaM2 } from "../map/measure";
import { westernDigits } from "../lib/digits";

type Id = string | number;

export interface PartListActs {
  say: (id: Id, told: Partial<PartProperties>) => void;
  pick: (id: Id) => void;
  remove: (id: Id) => void;
}

function numberOf(input: HTMLInputElement): number | null {
  const value = Number(westernDigits(input.value).replace(",", "."));
  return input.value.trim() === "" || Number.isNaN(value) ? null : value;
}

function measure(
  id: Id,
  label: string,
  name: "floors" | "height_m",
  part: PartFeature,
  acts: PartListActs,
): HTMLElement {
  const value = part.properties[name];
  const input = h("input", {
    class: "inp short",
    id: `${name}-${id}`,
    inputmode: "decimal",
    autocomplete: "off",
    value: value === null ? "" : String(value),
    onchange: (e: Event) => acts.say(id, { [name]: numberOf(e.target as HTMLInputElement) }),
  });
  return h("div", { class: "field tight" }, h("label", { for: `${name}-${id}` }, label), input);
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

export function partList(
  entries: [Id, PartFeature][],
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
    ...entries.map(([id, part]) => {
      const ring =
        part.geometry.type === "Polygon" ? part.geometry.coordinates[0]! : part.geometry.coordinates[0]![0]!;
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
          h("span", { class: "s mute" }, bdi(squareMetres(areaM2(ring) * scale))),
          h(
            "span",
            { class: "acts" },
            h(
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
