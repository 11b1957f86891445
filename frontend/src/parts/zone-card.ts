/* A zone in the editor's list, and the card of the chosen one: what can be done with it. */

import { announce, bdi, h, icon } from "../lib/dom";
import { count, date, squareMetres } from "../lib/format";
import { nameOf, say } from "../lib/say";
import { beside, type Checked, type Ended, type ZoneFeature } from "../lib/zone-edit";
import { cornerList, type CornerActs } from "./zone-corners";

export interface CardActs extends CornerActs {
  split: () => void;
  sheet: string | null; // address of a zone's sheet with NUMBER in the place of its number
  names: string; // address of the page that renames a zone
  isOpen: boolean; // the list of corners was open
}

export function zoneRow(
  zone: ZoneFeature,
  chosen: string | null,
  concerned: string[],
  pick: (code: string) => void,
): HTMLElement {
  const { number: code, m2 } = zone.properties;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "zonepick",
        "aria-pressed": String(code === chosen),
        "data-zone": code,
        onclick: () => pick(code),
      },
      h("b", {}, bdi(code)),
      h("span", { class: "grow" }, nameOf(zone.properties)),
      concerned.includes(code) ? h("span", { class: "st near" }, say("تتغير", "Changes")) : null,
      h("span", { class: "xs mute" }, bdi(squareMetres(m2, 0))),
    ),
  );
}

function mergeRow(zones: ZoneFeature[], zone: ZoneFeature, acts: CardActs): HTMLElement | null {
  const near = beside(zones, zone);
  if (!near.length) return null;
  const select = h(
    "select",
    { class: "inp fit", id: "merge-into" },
    ...near.map((one) =>
      h("option", { value: one.properties.number }, `${one.properties.number} · ${nameOf(one.properties)}`),
    ),
  );
  return h(
    "div",
    { class: "row wrap" },
    h("label", { class: "s", for: "merge-into" }, say("ادمجها في", "Merge into")),
    select,
    h(
      "button",
      {
        type: "button",
        class: "btn two sm",
        id: "merge",
        onclick: () => acts.act({ op: "merge", zone: zone.properties.number, into: select.value }),
      },
      say("ادمج", "Merge"),
    ),
  );
}

function buttons(zone: ZoneFeature, acts: CardActs): HTMLElement {
  const { number: code, id } = zone.properties;
  return h(
    "div",
    { class: "btns" },
    h(
      "button",
      { type: "button", class: "btn two sm", id: "split", onclick: acts.split },
      say("اقسمها بخط", "Split by a line"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "btn two sm",
        id: "close-zone",
        onclick: () => acts.act({ op: "close", zone: code }),
      },
      say("أغلقها", "Close it"),
    ),
    id !== null
      ? h(
          "a",
          { class: "btn three sm", id: "rename", href: `${acts.names}?zone=${encodeURIComponent(code)}` },
          say("غيّر الاسم", "Rename"),
        )
      : null,
    acts.sheet && id !== null
      ? h(
          "a",
          { class: "btn three sm", href: acts.sheet.replace("NUMBER", encodeURIComponent(code)) },
          icon("print"),
          say("صحيفة المنطقة", "Zone sheet"),
        )
      : null,
  );
}

export function zoneCard(zones: ZoneFeature[], zone: ZoneFeature | undefined, acts: CardActs): HTMLElement[] {
  if (!zone)
    return [
      h(
        "p",
        { class: "s mute" },
        say("اختر منطقة على الخريطة أو من القائمة.", "Choose a zone on the map or in the list."),
      ),
    ];
  const { number: code, m2 } = zone.properties;
  const merge = mergeRow(zones, zone, acts);
  return [
    h("h2", { class: "h3" }, say("المنطقة", "Zone"), " ", bdi(code), " · ", nameOf(zone.properties)),
    h("p", { class: "s mute" }, bdi(squareMetres(m2, 0))),
    buttons(zone, acts),
    ...(merge ? [merge] : []),
    h(
      "details",
      { class: "block", id: "corners-box", open: acts.isOpen },
      h("summary", {}, say("رؤوس الحد وأضلاعه", "Corners and edges"), icon("chevron")),
      h(
        "p",
        { class: "hint s" },
        say(
          "الأسهم تحرك الرأس، و Delete يحذفه، و + يضيف رأسًا على الضلع بعده.",
          "Arrows move a corner, Delete takes it out, + adds one on the edge after it.",
        ),
      ),
      cornerList(zones, zone, acts),
    ),
  ];
}

function endedRow(one: Ended, act: CardActs["act"]): HTMLElement {
  const since = one.since ? [" · ", say("أُغلقت", "Closed"), " ", bdi(date(one.since))] : [];
  return h(
    "li",
    { class: "row wrap zoneended" },
    h("b", {}, bdi(one.number)),
    h("span", { class: "grow" }, nameOf(one), h("span", { class: "xs mute" }, ...since)),
    h(
      "button",
      {
        type: "button",
        class: "btn two sm",
        "data-reopen": one.number,
        onclick: () => act({ op: "reopen", zone: one.number }),
      },
      say("أعد فتحها", "Reopen"),
    ),
  );
}

/* The zones that were closed: each comes back in its last boundary, with its history. */
export function drawEnded(
  box: HTMLElement,
  ended: Ended[],
  zones: ZoneFeature[],
  act: CardActs["act"],
): void {
  const live = new Set(zones.map((zone) => zone.properties.number));
  const rows = ended.filter((one) => !live.has(one.number)).map((one) => endedRow(one, act));
  box.hidden = rows.length === 0;
  box.querySelector("ul")?.replaceChildren(...rows);
}

export function concernedWords(concerned: string[]): HTMLElement {
  if (!concerned.length)
    return h("p", { class: "s mute" }, say("لم يتغير حد أي منطقة.", "No boundary of a zone has changed."));
  return h(
    "p",
    { class: "row wrap tight", "data-concerned": concerned.join(" ") },
    h("b", {}, say("المناطق المعنية:", "Zones concerned:")),
    ...concerned.map((code) => h("span", { class: "st near" }, bdi(code))),
  );
}

/* Say what the server made of an edit: what is wrong with it, or which zones it concerns. */
export function announceChecked(checked: Checked | null): void {
  const faults = checked?.faults.features ?? [];
  const concerned = checked?.concerned ?? [];
  if (faults.length) announce(faults.map((fault) => fault.properties.words).join(" "));
  else if (concerned.length)
    announce(say(`المناطق المعنية: ${concerned.join("، ")}`, `Zones concerned: ${concerned.join(", ")}`));
}

export function zonesCount(n: number): string {
  const many = { one: "منطقة واحدة", two: "منطقتان", few: "مناطق", many: "منطقة", other: "منطقة" };
  return count(n, many, "zone", "zones");
}
