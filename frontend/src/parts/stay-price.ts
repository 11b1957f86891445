/* What a stay in one zone costs from now on: its length by steps, the sum, and the reason of each stretch. */

import { ApiError, getJson, isAbort, latest } from "../lib/api";
import { bdi, h } from "../lib/dom";
import { count, number, rial } from "../lib/format";
import { MINUTES } from "../lib/plural";
import { say } from "../lib/say";
import { tariffText, until } from "./plot-panel";

interface Stretch {
  from: string;
  to: string;
  minutes: number;
  rate: { amount_baisa: number; per_minutes: number } | null;
  amount_baisa: number;
  reason: string;
}
interface Quote {
  start: string;
  end: string;
  minutes: number;
  paid_minutes: number;
  amount_baisa: number;
  lines: Stretch[];
  terms: { step_minutes: number; least_minutes: number; most_minutes: number };
  no_parking: { from: string; to: string; stretches: number }[];
}

const FIRST_MINUTES = 60;

function minutesText(minutes: number): string {
  return count(minutes, MINUTES, "minute", "minutes");
}

/* Why a stretch costs what it does; of a paid one the price with what it pays for. */
function rated(line: Stretch): string {
  return line.rate === null ? line.reason : `${line.reason} · ${tariffText(line.rate)}`;
}

function row(line: Stretch, start: string): HTMLElement {
  const span = `${until(line.from, start)}\u2013${until(line.to, start)}`;
  return h(
    "tr",
    { "data-paid": line.rate === null ? null : "" },
    h("th", { scope: "row" }, bdi(span, "ltr"), h("span", { class: "mute xs line2" }, rated(line))),
    h("td", { class: "v" }, bdi(number(line.minutes))),
    h(
      "td",
      { class: "v" },
      line.rate === null ? say("مجاني", "free") : bdi(number(line.amount_baisa / 1000, 3)),
    ),
  );
}

function table(found: Quote): HTMLElement {
  const head = [say("من–إلى", "From–to"), say("دقائق", "Minutes"), say("ر.ع.", "OMR")];
  return h(
    "table",
    { class: "tbl tight s" },
    h(
      "thead",
      {},
      h("tr", {}, ...head.map((text, n) => h("th", { scope: "col", class: n ? "v" : null }, text))),
    ),
    h("tbody", {}, ...found.lines.map((line) => row(line, found.start))),
  );
}

/* What a ticket does not allow: kerbs of the zone where nobody may stand within the stay. */
function bans(found: Quote): HTMLElement[] {
  if (!found.no_parking.length) return [];
  const spans = found.no_parking.map((one) =>
    bdi(`${until(one.from, found.start)}\u2013${until(one.to, found.start)}`, "ltr"),
  );
  return [
    h(
      "p",
      { class: "verdict near block s", role: "note", id: "stay-bans" },
      h(
        "span",
        {},
        say(
          "الوقوف ممنوع على بعض أرصفة هذه المنطقة، والتذكرة لا تبيحه: ",
          "Nobody may park at some kerbs of this zone, and a ticket does not allow it: ",
        ),
        ...spans.flatMap((span, n) => (n ? [say("، ", ", "), span] : [span])),
        say(". اقرأ اللوحة حيث تقف.", ". Read the sign where you stand."),
      ),
    ),
  ];
}

function sum(found: Quote): (Node | string)[] {
  if (found.amount_baisa === 0)
    return [h("b", {}, say("لا رسوم", "No charge")), say(" على هذا الوقوف", " for this stay")];
  return [
    h("b", { class: "n" }, rial(found.amount_baisa)),
    say("، حتى ", ", until "),
    bdi(until(found.end, found.start), "ltr"),
  ];
}

/* A form that takes the length chosen here; without one a link leads to where a ticket is bought. */
interface Form {
  minutes: number;
  chosen: (minutes: number) => void;
}

/* The link to where a ticket is bought: it leads nowhere, and is hidden, until a price is known. */
export function buyLink(look: string): HTMLAnchorElement {
  return h("a", { class: look, id: "stay-buy", hidden: true }, say("اشترِ تذكرة", "Buy a ticket"));
}

/* The price of a stay in the zone of a sign; nothing is bought here.
   "elsewhere" is the buyLink of a page that keeps it in another place. */
export function stayPrice(zone: string, form?: Form, elsewhere?: HTMLAnchorElement): HTMLElement {
  const ask = latest();
  let minutes = form?.minutes ?? FIRST_MINUTES;
  const buy = elsewhere ?? buyLink("btn two");
  const length = h("output", { class: "b", id: "stay-minutes" }, minutesText(minutes));
  const price = h("p", { id: "stay-price", "aria-live": "polite" }, say("نحسب…", "Working it out…"));
  const why = h("div", {});
  const less = h(
    "button",
    { type: "button", class: "btn two sm", id: "stay-less", onclick: () => step(-1) },
    "−",
  );
  const more = h(
    "button",
    { type: "button", class: "btn two sm", id: "stay-more", onclick: () => step(1) },
    "+",
  );
  less.setAttribute("aria-label", say("مدة أقصر", "A shorter stay"));
  more.setAttribute("aria-label", say("مدة أطول", "A longer stay"));
  let terms: Quote["terms"] = { step_minutes: 30, least_minutes: 30, most_minutes: FIRST_MINUTES };

  function step(by: number): void {
    minutes = Math.min(terms.most_minutes, Math.max(terms.least_minutes, minutes + by * terms.step_minutes));
    void show();
  }

  async function show(): Promise<void> {
    length.textContent = minutesText(minutes);
    form?.chosen(minutes);
    const query = new URLSearchParams({ zone, minutes: String(minutes) });
    try {
      const found = await ask((signal) => getJson<Quote>(`/api/parking/quote?${query.toString()}`, signal));
      terms = found.terms;
      price.replaceChildren(...sum(found));
      why.replaceChildren(...bans(found), table(found));
      buy.setAttribute("href", `${say("", "/en")}/tickets/new/?${query.toString()}`);
      buy.hidden = found.amount_baisa === 0;
    } catch (error) {
      if (isAbort(error)) return;
      price.replaceChildren((error as ApiError).message);
      why.replaceChildren();
      buy.hidden = true;
    }
    less.disabled = minutes <= terms.least_minutes;
    more.disabled = minutes >= terms.most_minutes;
  }

  void show();
  return h(
    "section",
    { class: "stay block", "aria-labelledby": "stay-title", "data-zone": zone },
    h(
      "h2",
      { class: "h3", id: "stay-title" },
      say("كم يكلف الوقوف من الآن؟", "What does a stay from now cost?"),
    ),
    h("div", { class: "row between wrap" }, h("div", { class: "row nowrap" }, less, length, more), price),
    why,
    ...(form || elsewhere ? [] : [h("div", { class: "btns" }, buy)]),
    h(
      "p",
      { class: "s" },
      h(
        "a",
        { href: `${say("", "/en")}/zones/rules/?zone=${encodeURIComponent(zone)}` },
        say("أوقات الرسوم وأسعارها في السنة", "Paid hours and prices of the year"),
      ),
    ),
  );
}
