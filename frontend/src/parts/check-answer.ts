/* The one answer an inspector reads: may stand, may not, cannot tell; the rule, the right, the distance. */

import type { CheckAnswer, Kept } from "../lib/device-queue";
import { bdi, h, icon } from "../lib/dom";
import { aboutMetres, time } from "../lib/format";
import { nameOf, say } from "../lib/say";
import { plateSign } from "./plate-keys";

const HEADS = {
  yes: { tone: "pass", icon: "pass", ar: "لها أن تقف", en: "May stand" },
  no: { tone: "fail", icon: "fail", ar: "ليس لها أن تقف", en: "May not stand" },
  unknown: { tone: "unknown", icon: "diamond", ar: "لا يمكن القطع", en: "Cannot tell" },
  kept: { tone: "info", icon: "clock", ar: "محفوظ على الجهاز", en: "Kept on this device" },
} as const;

function head(kind: keyof typeof HEADS, words: string): HTMLElement {
  const { tone, icon: mark, ar, en } = HEADS[kind];
  return h(
    "div",
    { class: `verdict tall ${tone}`, id: "answer", "data-answer": kind, role: "status" },
    icon(mark),
    h("div", {}, h("h2", {}, say(ar, en)), h("p", {}, words)),
  );
}

function facts(a: CheckAnswer): HTMLElement {
  const rows: [string, Node | string][] = [];
  if (a.zone) {
    rows.push([say("المنطقة", "Zone"), h("span", {}, bdi(a.zone.number), " ", nameOf(a.zone))]);
    rows.push([say("إلى حدها", "To its edge"), aboutMetres(a.zone.distance_to_edge_m)]);
  }
  for (const right of a.rights) {
    const kind = right.kind === "ticket" ? say("تذكرة", "Ticket") : say("تصريح", "Permit");
    const where = right.zone ? ` · ${say("المنطقة", "zone")} ${right.zone}` : "";
    const stands = right.paid ? "" : ` · ${say("لم يُعرف دفعها", "payment not known yet")}`;
    rows.push([kind, h("span", {}, bdi(right.number, "ltr"), where, stands)]);
  }
  for (const one of a.fined ?? []) {
    const where = one.zone ? ` · ${say("المنطقة", "zone")} ${one.zone}` : "";
    const what = ` · ${say(one.offence_ar, one.offence_en)}${where}`;
    rows.push([
      say("خولفت اليوم", "Fined today"),
      h("span", { class: "fined" }, bdi(time(one.issued_at), "ltr"), " · ", bdi(one.number, "ltr"), what),
    ]);
  }
  return h(
    "dl",
    { class: "facts" },
    ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/* The plate that was asked about stands with its answer: it is held beside the one on the car. */
function sign(kept: Kept): HTMLElement {
  return plateSign(kept.plate, kept.answer?.plate.kind ?? "unknown", kept.country);
}

export function answerOf(kept: Kept, a: CheckAnswer): HTMLElement {
  const kind = a.may_stand === null ? "unknown" : a.may_stand ? "yes" : "no";
  return h("div", {}, sign(kept), head(kind, a.reason_words), facts(a));
}

export function keptAnswer(kept: Kept): HTMLElement {
  const words = say(
    "لا اتصال الآن. حُفظ الفحص بوقته وموضعه، ويُجاب عند عودة الاتصال.",
    "No connection now. The check is kept with its time and place, and is answered when it is back.",
  );
  return h("div", {}, sign(kept), head("kept", words));
}

function outcome(kept: Kept): [string, string, string] {
  if (!kept.done) return ["info", "clock", say("ينتظر الإرسال", "Waits to be sent")];
  if (kept.refused) return ["near", "triangle", kept.refused];
  if (kept.issued) {
    const { number, state } = kept.issued;
    if (state === "issued")
      return ["fail", "document", `${say("حُررت المخالفة", "Violation issued")} ${number}`];
    if (state === "proposed")
      return ["near", "clock", `${number} ${say("عند المشرف", "lies before the supervisor")}`];
    return ["pass", "pass", say("لم تُحرر مخالفة: كان للمركبة حق", "No violation: the vehicle had a right")];
  }
  if (!kept.answer) return ["near", "triangle", ""];
  const { may_stand, reason_words } = kept.answer;
  if (may_stand === null) return ["unknown", "diamond", reason_words];
  return may_stand ? ["pass", "pass", reason_words] : ["fail", "fail", reason_words];
}

/* What the device keeps and what became of it, the newest first. */
export function keptList(all: Kept[], drop: (kept: Kept) => void): HTMLElement[] {
  return [...all].reverse().map((kept) => {
    const [tone, mark, words] = outcome(kept);
    const at = time(kept.answer?.at ?? kept.at); // as the violation will tell it
    const close = h(
      "button",
      { type: "button", class: "btn three sm", onclick: () => drop(kept) },
      icon("close"),
    );
    close.setAttribute("aria-label", say("أخفِ", "Hide"));
    return h(
      "li",
      { "data-key": kept.key, "data-done": kept.done ? "" : null },
      h("span", { class: `st ${tone}` }, icon(mark), bdi(kept.plate, "ltr")),
      h("span", { class: "grow s" }, words, " ", h("span", { class: "mute" }, bdi(at, "ltr"))),
      ...(kept.done ? [close] : []),
    );
  });
}
