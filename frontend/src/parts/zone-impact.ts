/* Who gains and who loses by an edit: a table by zone, and one of the ground that moves. */

import { bdi, h } from "../lib/dom";
import { number, rial, squareMetres } from "../lib/format";
import { say } from "../lib/say";
import type { Impact, PieceFeature, PieceProperties, ZoneImpact } from "../lib/zone-edit";
import { pieceTone } from "../map/zone-layers";

const NOBODY = "—";

function change(before: number, after: number, write: (n: number) => string): HTMLElement {
  const by = after - before;
  const sign = by > 0 ? "+" : by < 0 ? "\u2212" : "±";
  const tone = by > 0 ? "gain" : by < 0 ? "loss" : "mute";
  return h(
    "td",
    { class: "v" },
    bdi(write(after)),
    h("span", { class: `line2 xs ${tone}` }, bdi(`${sign}${write(Math.abs(by))}`)),
  );
}

function unknown(words: string): HTMLElement {
  return h("td", { class: "v" }, h("span", { class: "st unknown" }, words));
}

function stalls(zone: ZoneImpact): HTMLElement {
  if (zone.stalls_before === null && zone.stalls_after === null)
    return unknown(say("غير معلومة", "Not known"));
  return change(zone.stalls_before ?? 0, zone.stalls_after ?? 0, (n) => number(n));
}

function hour(zone: ZoneImpact): HTMLElement {
  const { hour_before_baisa: before, hour_after_baisa: after, what } = zone;
  if (what === "changed" && before === null) return unknown(say("بلا تعرفة", "No price"));
  if (what !== "closed") return h("td", { class: "v" }, after === null ? NOBODY : bdi(rial(after)));
  const was =
    before === null ? null : h("span", { class: "line2 xs mute" }, say("كان ", "was "), bdi(rial(before)));
  return h("td", { class: "v" }, NOBODY, was);
}

const WHAT = {
  changed: () => "",
  opened: () => say("جديدة", "New"),
  closed: () => say("تُغلق", "Closes"),
};

function zoneRow(zone: ZoneImpact): HTMLElement {
  return h(
    "tr",
    { "data-zone": zone.number },
    h(
      "th",
      { scope: "row" },
      bdi(zone.number),
      zone.what === "changed" ? null : h("span", { class: "line2 xs" }, WHAT[zone.what]()),
    ),
    change(zone.m2_before, zone.m2_after, (n) => squareMetres(n, 0)),
    stalls(zone),
    held(zone, zone.permits),
    h("td", { class: "v" }, bdi(number(zone.live_tickets))),
    h("td", { class: "v" }, bdi(rial(zone.revenue_baisa))),
    hour(zone),
  );
}

/* What was good in a zone: a zone that closes takes all of it along. */
function held(zone: ZoneImpact, n: number): HTMLElement {
  return zone.what === "closed" ? change(n, 0, (m) => number(m)) : h("td", { class: "v" }, bdi(number(n)));
}

/* Who loses a zone that closes: told in full, for its ground may hold none of their plots. */
function losing(zones: ZoneImpact[], from: string): HTMLElement[] {
  const closed = zones.filter((zone) => zone.what === "closed");
  if (!closed.length) return [];
  const row = (zone: ZoneImpact): HTMLElement =>
    h(
      "tr",
      { "data-losing": zone.number },
      h("th", { scope: "row" }, bdi(zone.number)),
      h(
        "td",
        { class: "v" },
        h("span", { class: zone.permits ? "loss b" : "mute" }, bdi(number(zone.permits))),
      ),
      h(
        "td",
        { class: "v" },
        h("span", { class: zone.tickets_beyond ? "loss b" : "mute" }, bdi(number(zone.tickets_beyond))),
      ),
      hour(zone),
    );
  const words = say(
    "يفقدها أصحابها أينما كانت قطعهم، ولا تنتقل إلى منطقة أخرى من نفسها.",
    "Their holders lose them wherever their plots are; none passes to another zone by itself.",
  );
  return [
    table(
      say("ما يفقد منطقته", "What loses its zone"),
      [
        say("المنطقة", "Zone"),
        say("تصاريح سارية", "Permits in force"),
        say(`تذاكر تمتد إلى ${from}`, `Tickets that run into ${from}`),
        say("سعر الساعة", "An hour"),
      ],
      closed.map(row),
    ),
    h("p", { class: "s mute" }, words),
  ];
}

function table(caption: string, heads: string[], rows: HTMLElement[]): HTMLElement {
  return h(
    "div",
    { class: "scrollx block", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      { class: "tbl impact" },
      h("caption", { class: "s b" }, caption),
      h(
        "thead",
        {},
        h("tr", {}, ...heads.map((head, i) => h("th", { scope: "col", class: i ? "v" : null }, head))),
      ),
      h("tbody", {}, ...rows),
    ),
  );
}

const KINDS: Record<string, () => string> = {
  public: () => say("عام", "public"),
  reserved: () => say("محجوز", "reserved"),
  disabled: () => say("ذوو الإعاقة", "disabled"),
  ambulance: () => say("إسعاف", "ambulance"),
  bus: () => say("حافلات", "bus"),
  taxi: () => say("سيارات أجرة", "taxi"),
};

function stallWords(found: Record<string, number>): string {
  const words = Object.entries(found).map(([kind, n]) => `${number(n)} ${KINDS[kind]?.() ?? kind}`);
  return words.join(say("، ", ", ")) || "0";
}

function difference(baisa: number | null): string {
  if (baisa === null) return say("غير معلوم", "Not known");
  const sign = baisa > 0 ? "+" : baisa < 0 ? "\u2212" : "";
  return `${sign}${rial(Math.abs(baisa))}`;
}

function pieceRow(
  piece: PieceFeature,
  closed: Map<string, number>,
  show: (piece: PieceFeature) => void,
): HTMLElement {
  const p = piece.properties;
  const none = say("بلا منطقة", "no zone");
  const tone = pieceTone(p.of, p.to, null);
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h(
        "button",
        { type: "button", class: `linkish ${tone}`, onclick: () => show(piece) },
        say(`من ${p.of ?? none} إلى ${p.to ?? none}`, `${p.of ?? none} to ${p.to ?? none}`),
      ),
    ),
    h("td", { class: "v" }, bdi(squareMetres(p.m2, 0))),
    h("td", { class: "v" }, stallWords(p.stalls)),
    h(
      "td",
      { class: "v" },
      bdi(number(p.plots_moving)),
      h("span", { class: "line2 xs mute" }, say(`تمسها ${p.plots_touched}`, `${p.plots_touched} touched`)),
    ),
    permitsOf(p, closed),
    h("td", { class: "v" }, bdi(difference(p.difference_baisa))),
  );
}

/* Of a zone that closes every permit is concerned, not only those whose plot lies on the ground. */
function permitsOf(p: PieceProperties, closed: Map<string, number>): HTMLElement {
  const all = closed.get(p.of ?? "");
  if (all === undefined) return h("td", { class: "v" }, bdi(number(p.permits)));
  const words = say(`كل تصاريح ${p.of} تفقدها`, `all of ${p.of} lose it`);
  return h("td", { class: "v" }, bdi(number(all)), h("span", { class: "line2 xs mute" }, words));
}

/* ``from``: the day from which the edit would hold, as it is shown. */
export function impactTables(
  impact: Impact | null,
  from: string,
  show: (piece: PieceFeature) => void,
): HTMLElement[] {
  if (!impact) {
    const words = say(
      "يظهر هنا من يكسب ومن يخسر حالما يتغير حد.",
      "Who gains and who loses appears here as soon as a boundary changes.",
    );
    return [h("p", { class: "s mute" }, words)];
  }
  const zones = table(
    say("المناطق قبل التعديل وبعده", "The zones before and after"),
    [
      say("المنطقة", "Zone"),
      say("المساحة", "Area"),
      say("المواقف", "Bays"),
      say("التصاريح", "Permits"),
      say("تذاكر الآن", "Live tickets"),
      say("إيراد 90 يومًا", "Revenue, 90 days"),
      say("سعر الساعة", "An hour"),
    ],
    impact.zones.map(zoneRow),
  );
  const pieces = impact.moving.features;
  const lost = losing(impact.zones, from);
  if (!pieces.length) return [...lost, zones];
  const closed = new Map(
    impact.zones.filter((zone) => zone.what === "closed").map((zone) => [zone.number, zone.permits]),
  );
  const moving = table(
    say("الأرض التي تتغير منطقتها", "The ground whose zone changes"),
    [
      say("من–إلى", "From–to"),
      say("المساحة", "Area"),
      say("المواقف", "Bays"),
      say("القطع", "Plots"),
      say("تصاريح تغيّر منطقتها", "Permits that change zone"),
      say("فرق ساعة الذروة", "Difference of a peak hour"),
    ],
    pieces.map((piece) => pieceRow(piece, closed, show)),
  );
  return [...lost, zones, moving];
}
