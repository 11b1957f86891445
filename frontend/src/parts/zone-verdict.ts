/* One of the four answers as words, icon and colour, and what follows from it. */

import { bdi, h, icon } from "../lib/dom";
import { date, distance, NBSP } from "../lib/format";
import type { Origin } from "../lib/reading";
import { nameOf, say, sourceText } from "../lib/say";
import type { ZoneAnswer, ZoneCandidate } from "../lib/types";
import { STATES } from "../lib/words";
import { tariffText, until } from "./plot-panel";

function b(text: string): HTMLElement {
  return h("b", {}, text);
}

function zoneName(c: ZoneCandidate): string {
  return say(`منطقة ${nameOf(c)}`, `the ${nameOf(c)} zone`);
}

/* Who stands there: the person whose device was read, or only a place on the map. */
function subject(origin: Origin): string {
  return origin === "gps" ? say("أنت", "You are") : say("هذا الموضع", "This place is");
}

function insideText(c: ZoneCandidate, accuracy: string, origin: Origin): (Node | string)[] {
  return [
    `${subject(origin)} ${say("داخل", "inside")} `,
    b(zoneName(c)),
    say("، على بُعد ", ", "),
    b(distance(c.distance_to_edge_m)),
    say(" من حدها، ودقة القراءة ", " from its edge, and the reading is good to "),
    bdi(accuracy),
    ".",
  ];
}

function nearText(c: ZoneCandidate, accuracy: string, origin: Origin): (Node | string)[] {
  if (c.distance_to_edge_m >= 0)
    return [
      ...insideText(c, accuracy, origin),
      " ",
      say("قد تكون المركبة خارجها.", "The vehicle may be outside."),
    ];
  return [
    `${subject(origin)} ${say("خارج", "outside")} `,
    b(zoneName(c)),
    say("، على بُعد ", ", "),
    b(distance(c.distance_to_edge_m)),
    say(" من حدها، ودقة القراءة ", " from its edge, and the reading is good to "),
    bdi(accuracy),
    ". ",
    say("قد تكون المركبة داخلها.", "The vehicle may be inside."),
  ];
}

function outsideText(a: ZoneAnswer): (Node | string)[] {
  if (a.nearest === null)
    return [
      say(
        "لا منطقة مواقف مسجلة بعد، فلا يُعلم هل للوقوف رسم هنا.",
        "No parking zone is recorded yet, so it is not known whether a charge applies here.",
      ),
    ];
  const near = a.nearest ?? a.candidates[0];
  const words: (Node | string)[] = [
    say("لا رسوم وقوف في هذا الموضع.", "No parking charge applies at this place."),
  ];
  if (near)
    words.push(
      " ",
      say("أقرب منطقة: ", "Nearest zone: "),
      b(nameOf(near)),
      say("، على بُعد ", ", "),
      b(distance(near.distance_to_edge_m)),
      say(".", " away."),
    );
  return words;
}

export function sentence(a: ZoneAnswer, origin: Origin): (Node | string)[] {
  const accuracy = distance(a.accuracy_m);
  const first = a.candidates[0];
  if (a.result === "outside" || !first) return outsideText(a);
  if (a.result === "inside") return insideText(first, accuracy, origin);
  if (a.result === "near_edge") return nearText(first, accuracy, origin);
  return [
    say("تمس دائرة القراءة أكثر من منطقة: ", "The circle of the reading touches more than one zone: "),
    b(a.candidates.map(nameOf).join(say(" و", " and "))),
    say("، ودقتها ", ". It is good to "),
    bdi(accuracy),
    ".",
  ];
}

export function verdict(a: ZoneAnswer, origin: Origin): HTMLElement {
  const s = STATES[a.result]!;
  return h(
    "div",
    { class: `verdict ${s.tone}`, "data-result": a.result },
    icon(s.icon),
    h(
      "div",
      {},
      h("h1", { class: "h2", id: "panel-title", tabindex: -1 }, say(s.ar, s.en)),
      h("p", { id: "answer" }, ...sentence(a, origin)),
    ),
  );
}

function fact(term: string, ...value: (Node | string | null)[]): HTMLElement {
  return h("div", {}, h("dt", {}, term), h("dd", {}, ...value));
}

function versionOf(c: ZoneCandidate): HTMLElement {
  return h(
    "span",
    { class: "mute regular" },
    " · ",
    say("النسخة ", "version "),
    bdi(String(c.version)),
    ...(c.valid_from ? [say(" منذ ", " since "), bdi(date(c.valid_from))] : []),
  );
}

function tariffFact(a: ZoneAnswer): HTMLElement | null {
  if (a.result === "outside") return null;
  if (a.free_until)
    return fact(
      say("التعرفة الآن", "Tariff now"),
      say("مجاني حتى ", "Free until "),
      bdi(until(a.free_until, a.at), "ltr"),
    );
  if (a.paid_now === false) return fact(say("التعرفة الآن", "Tariff now"), say("مجاني", "Free"));
  if (!a.tariff)
    return fact(
      say("التعرفة الآن", "Tariff now"),
      say("لا تعرفة مسجلة لهذا التاريخ", "No tariff is recorded for this date"),
    );
  return fact(
    say("التعرفة الآن", "Tariff now"),
    tariffText(a.tariff),
    ...(a.paid_until ? [say("، حتى ", ", until "), bdi(until(a.paid_until, a.at), "ltr")] : []),
  );
}

export function zoneFacts(a: ZoneAnswer): HTMLElement {
  const zones = a.result === "outside" ? [] : a.candidates;
  return h(
    "dl",
    { class: "facts s" },
    ...zones.map((c) =>
      h(
        "div",
        { "data-zone": c.id },
        h("dt", {}, say("المنطقة", "Zone"), c.number ? h("span", {}, NBSP, bdi(c.number)) : null),
        h("dd", {}, nameOf(c), versionOf(c)),
      ),
    ),
    tariffFact(a),
    a.tariff?.source && a.result !== "outside"
      ? fact(say("المصدر", "Source"), h("bdi", { class: "mute regular" }, sourceText(a.tariff.source)))
      : null,
  );
}

function untilText(moment: string | null, now: string): (Node | string)[] {
  return moment ? [say("، حتى الساعة ", ", until "), bdi(until(moment, now), "ltr")] : [];
}

/* One sure zone where parking costs something at this moment: what a ticket is bought for. */
export function paidZone(a: ZoneAnswer): string | null {
  const only = a.candidates.length === 1 ? a.candidates[0] : undefined;
  if (a.result !== "inside" || only?.kind !== "paid" || !a.tariff || !a.paid_now) return null;
  return only.number;
}

function mayBe(a: ZoneAnswer): (Node | string)[] {
  const zones = a.candidates.flatMap((c, n) => [
    ...(n ? [say(" أو ", " or ")] : []),
    b(nameOf(c)),
    ...(c.number ? [" (", bdi(c.number), ")"] : []),
  ]);
  const none =
    a.result === "near_edge" ? [say("، أو خارج المناطق كلها", ", or you may be outside every zone")] : [];
  return [say("قد تكون المنطقة ", "The zone may be "), ...zones, ...none, "."];
}

/* What the reading allows: nothing that costs a person money follows from an unsure one.
   An inspector reads what it is for a violation, anybody else whether to buy a ticket. */
export function consequence(a: ZoneAnswer, isInspector: boolean): HTMLElement | null {
  const text = (...children: (Node | string)[]): HTMLElement =>
    h("p", { class: "s consequence", id: "consequence" }, ...children);
  if (a.result === "near_edge" || a.result === "ambiguous") {
    if (isInspector)
      return text(
        b(say("لا تُحرَّر مخالفة من هذه القراءة.", "No violation can be issued from this reading.")),
        " ",
        say("تحرّك نحو المركبة وخذ قراءة ثانية.", "Move towards the vehicle and take a second reading."),
      );
    return text(
      ...mayBe(a),
      " ",
      say(
        "اقرأ رقم المنطقة على اللوحة حيث تقف قبل أن تشتري تذكرة.",
        "Read the zone's number on the sign where you stand before you buy a ticket.",
      ),
    );
  }
  if (a.result === "inside" && a.candidates[0]?.kind === "permit")
    return text(
      b(
        say(
          "الوقوف هنا بتصريح، ولا تُباع له تذاكر.",
          "Parking here is by permit; no tickets are sold for it.",
        ),
      ),
    );
  if (a.paid_now === false && a.result === "inside")
    return text(
      b(say("الوقوف مجاني الآن، ولا تلزم تذكرة", "Parking is free now and needs no ticket")),
      ...untilText(a.free_until, a.at),
      ".",
    );
  if (paidZone(a))
    return text(b(say("تلزم تذكرة الآن", "A ticket is needed now")), ...untilText(a.paid_until, a.at), ".");
  return null;
}
