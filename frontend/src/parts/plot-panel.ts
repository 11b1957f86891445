/* The panel of a chosen plot: what it is and what applies here, in words, with sources. */

import { bdi, h, icon } from "../lib/dom";
import { date, metres, number, percent, rial, squareMetres, time, NBSP } from "../lib/format";
import { nameOf, say, sourceText } from "../lib/say";
import type { Here, Limits, Restriction, ZoneAnswer } from "../lib/types";
import { state, USES, useWord } from "../lib/words";

export function placeOf(here: Here): string {
  const phase = here.phase ? say(`المرحلة ${here.phase}`, `phase ${here.phase}`) : "";
  return [nameOf(here.area), phase].filter(Boolean).join(say("، ", ", "));
}

function fact(term: string, ...value: (Node | string | null)[]): HTMLElement {
  return h("div", {}, h("dt", {}, term), h("dd", {}, ...value));
}

const unknown = (): HTMLElement => state("unknown");

function areaFact(here: Here): HTMLElement {
  const { area_m2: registered, measured_m2: measured } = here.plot.properties;
  const shown = registered === null ? unknown() : bdi(squareMetres(registered));
  const beside =
    measured === null
      ? null
      : h(
          "span",
          { class: "mute s regular" },
          ` ${registered === null ? say("المقيسة", "measured") : say("والمقيسة", "measured")} `,
          bdi(squareMetres(measured)),
        );
  return fact(say("المساحة المسجلة", "Registered area"), shown, beside);
}

export function facts(here: Here): HTMLElement {
  const p = here.plot.properties;
  const use = USES[p.use_class];
  const swatch = use ? h("i", { class: `sw ${use.token}` }) : null;
  return h(
    "dl",
    { class: "facts" },
    fact(say("الولاية", "Wilayat"), here.wilayat ? nameOf(here.wilayat) : unknown()),
    fact(say("المنطقة", "Area"), placeOf(here) || unknown()),
    fact(
      say("الاستعمال", "Use"),
      use ? h("span", { class: "row use" }, swatch, useWord(p.use_class)) : unknown(),
    ),
    areaFact(here),
    p.krooki_number
      ? fact(say("رقم الكروكي", "Krooki number"), h("span", { class: "ltr n" }, p.krooki_number))
      : null,
    p.old_number ? fact(say("الرقم القديم", "Old number"), bdi(p.old_number)) : null,
  );
}

function restrictionRow(r: Restriction): HTMLElement {
  const share = r.status === "concerned" && r.share_m2 !== null;
  return h(
    "tr",
    { "data-theme-code": r.theme, "data-status": r.status },
    h("th", { scope: "row" }, nameOf(r)),
    h("td", {}, state(r.status)),
    h(
      "td",
      { class: "v" },
      ...(share
        ? [bdi(squareMetres(r.share_m2!, r.share_m2! < 10 ? 1 : 0)), " · ", bdi(percent(r.share_pct ?? 0, 1))]
        : []),
    ),
  );
}

function sources(rows: Restriction[]): HTMLElement | null {
  const known = new Map(rows.filter((r) => r.source).map((r) => [`${r.source!} ${r.as_of ?? ""}`, r]));
  if (!known.size) return null;
  const told = [...known.values()].flatMap((r, i): (Node | string)[] => [
    i ? say("؛ ", "; ") : "",
    h("bdi", {}, sourceText(r.source!)),
    ...(r.as_of ? [" (", bdi(date(r.as_of)), ")"] : []),
  ]);
  return h("p", { class: "xs faint source" }, say("المصدر: ", "Source: "), ...told);
}

export function restrictions(here: Here): HTMLElement {
  const table = h(
    "table",
    { class: "tbl tight" },
    h(
      "caption",
      { class: "vh" },
      say(
        `القيود على القطعة ${here.plot.properties.number}`,
        `Restrictions on plot ${here.plot.properties.number}`,
      ),
    ),
    h("tbody", {}, ...here.restrictions.map(restrictionRow)),
  );
  const none = here.restrictions.length
    ? null
    : h(
        "p",
        { class: "s mute" },
        say("لا طبقات قيود في هذه المدينة بعد.", "This city has no restriction layers yet."),
      );
  return h(
    "section",
    { class: "block" },
    h("h3", {}, say("القيود", "Restrictions")),
    none ?? table,
    sources(here.restrictions),
    h(
      "p",
      { class: "s screen-only" },
      h(
        "a",
        { href: `${say("", "/en")}/plots/${here.plot.id}/report/` },
        say("التقرير الكامل: الحصص والمصادر والنصوص", "Full report: shares, sources and laws"),
      ),
    ),
  );
}

const LIMITS: { key: keyof Limits; ar: string; en: string; show: (v: number) => string }[] = [
  { key: "setback_front_m", ar: "الارتداد الأمامي", en: "Front setback", show: (v) => metres(v) },
  { key: "setback_side_m", ar: "الارتداد الجانبي", en: "Side setback", show: (v) => metres(v) },
  { key: "setback_rear_m", ar: "الارتداد الخلفي", en: "Rear setback", show: (v) => metres(v) },
  {
    key: "coverage_pct",
    ar: "نسبة البناء",
    en: "Coverage",
    show: (v) => percent(v, Number.isInteger(v) ? 0 : 1),
  },
  {
    key: "built_up_pct",
    ar: "نسبة المساحة الطابقية",
    en: "Built-up area",
    show: (v) => percent(v, Number.isInteger(v) ? 0 : 1),
  },
  { key: "floors", ar: "عدد الطوابق", en: "Floors", show: (v) => number(v) },
  { key: "height_m", ar: "ارتفاع المبنى", en: "Building height", show: (v) => metres(v) },
  { key: "parking_bays", ar: "مواقف السيارات المطلوبة", en: "Parking bays required", show: (v) => number(v) },
];

export function limits(here: Here): HTMLElement {
  const values = here.plot.properties.limits;
  const rows = LIMITS.map(({ key, ar, en, show }) => {
    const value = values[key];
    const missing = value === null || value === undefined;
    return h(
      "tr",
      { "data-limit": key },
      h("th", { scope: "row" }, say(ar, en)),
      h("td", { class: "v" }, missing ? unknown() : bdi(show(Number(value)))),
    );
  });
  const anyUnknown = LIMITS.some(({ key }) => values[key] === null || values[key] === undefined);
  return h(
    "section",
    { class: "block" },
    h("h3", {}, say("اشتراطات البناء", "Planning limits")),
    h(
      "table",
      { class: "tbl tight" },
      h("caption", { class: "vh" }, say("اشتراطات البناء على القطعة", "Planning limits of the plot")),
      h("tbody", {}, ...rows),
    ),
    anyUnknown
      ? h(
          "p",
          { class: "xs faint source" },
          say(
            "غير معلوم: لا يذكره المخطط التفصيلي، فيحدده المهندس عند التدقيق.",
            "Unknown: the detailed plan states no limit; the engineer decides it in the audit.",
          ),
        )
      : null,
    here.limits_source
      ? h(
          "p",
          { class: "xs faint source" },
          say("المصدر: ", "Source: "),
          h("bdi", {}, sourceText(here.limits_source)),
        )
      : null,
  );
}

/* "0.200 OMR an hour": the amount with what it pays for. */
export function tariffText(t: { amount_baisa: number; per_minutes: number }): string {
  const amount = rial(t.amount_baisa);
  if (t.per_minutes === 60) return say(`${amount} في الساعة`, `${amount} an hour`);
  if (t.per_minutes === 30) return say(`${amount} لكل نصف ساعة`, `${amount} per half hour`);
  return say(
    `${amount} لكل ${number(t.per_minutes)}${NBSP}دقيقة`,
    `${amount} per ${number(t.per_minutes)}${NBSP}minutes`,
  );
}

export function until(iso: string, now: string): string {
  const day = date(iso) === date(now) ? "" : ` ${date(iso)}`;
  return `${time(iso)}${day}`;
}

function parkingLines(p: ZoneAnswer): (Node | string)[] {
  const zone = p.candidates[0];
  if (p.result === "outside" || !zone) return [say("خارج المناطق الخاضعة للرسوم", "Outside the paid zones")];
  const names = p.candidates.map((c) => nameOf(c)).join(say(" و", " and "));
  const lines: (Node | string)[] = [
    h("span", {}, say(`منطقة ${names}`, `${names} zone`), " ", state(p.result)),
  ];
  if (p.free_until)
    lines.push(
      h(
        "span",
        { class: "s mute line2" },
        say("مجاني الآن حتى ", "Free now until "),
        h("bdi", { class: "n ltr" }, until(p.free_until, p.at)),
      ),
    );
  else if (p.tariff)
    lines.push(
      h(
        "span",
        { class: "s mute line2" },
        tariffText(p.tariff),
        ...(p.paid_until
          ? [say("، حتى ", ", until "), h("bdi", { class: "n ltr" }, until(p.paid_until, p.at))]
          : []),
      ),
    );
  return lines;
}

function service(name: string, label: string, ...value: (Node | string)[]): HTMLElement {
  return h(
    "li",
    { class: "row service" },
    h("span", { class: "tint" }, icon(name)),
    h("span", {}, h("span", { class: "s mute line2" }, label), ...value),
  );
}

/* The certified extract of this very plot, which is a service of its own. */
function extract(here: Here): HTMLElement {
  const prefix = say("", "/en");
  const href = `${prefix}/plots/${here.plot.id}/extract/`;
  const row = service(
    "document",
    say("مستخرج معتمد", "Certified extract"),
    h("a", { href }, say("اطلب وثيقة معتمدة برمز تحقق", "Ask for a certified paper with a code")),
  );
  row.classList.add("screen-only"); // a way on, not a fact: the printed sheet has no room for it
  return row;
}

export function services(here: Here): HTMLElement {
  const rows = [];
  if (here.parking) rows.push(service("car", say("المواقف", "Parking"), ...parkingLines(here.parking)));
  rows.push(
    service(
      "house",
      say("الجهة المختصة", "Responsible directorate"),
      here.directorate ? nameOf(here.directorate) : unknown(),
    ),
  );
  rows.push(extract(here));
  return h(
    "section",
    { class: "block" },
    h("h3", {}, say("الخدمات والجهات", "Services and authorities")),
    h("ul", {}, ...rows),
  );
}
