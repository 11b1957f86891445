/* What the page says above the form: a draft that was kept, what is missing or was refused, what is followed now. */

import { byId, h, icon } from "../lib/dom";
import { date, time } from "../lib/format";
import type { Draft } from "../lib/report-queue";
import { say } from "../lib/say";

/* Where something is wrong (the id of what is to be looked at), and what. */
export type Wrong = [id: string, words: string];

export function note(tone: string, sign: string, ...words: (Node | string)[]): void {
  byId("said").replaceChildren(
    h("div", { class: `verdict ${tone}` }, icon(sign), h("div", { class: "grow" }, ...words)),
  );
}

function discardButton(look: string, words: string, discard: () => void): HTMLElement {
  return h("button", { type: "button", class: `btn ${look}`, id: "discard", onclick: discard }, words);
}

export function sayRestored(draft: Draft, person: number | null, discard: () => void): void {
  const when = `${date(draft.changedAt)} ${time(draft.changedAt)}`;
  const words =
    person !== null && draft.person === null
      ? say(
          "كُتبت قبل دخولك. راجعها ثم أرسلها.",
          "Written before you signed in. Look through it, then send it.",
        )
      : say("أكملها ثم أرسلها.", "Complete it, then send it.");
  note(
    "info",
    "file",
    h("h2", { class: "h3" }, say("مسودة محفوظة", "A draft that was kept")),
    h("p", {}, h("bdi", { class: "n", dir: "ltr" }, when), " · ", words),
    discardButton("three", say("ابدأ من جديد", "Start afresh"), discard),
  );
}

export function sayFollowed(discard: () => void): void {
  const words = say(
    "نخبرك بما يتم فيها. لا حاجة إلى إرسالها مرة أخرى.",
    "We tell you what becomes of it. There is no need to send it again.",
  );
  note(
    "pass",
    "pass",
    h("h2", { class: "h3" }, say("تتابعها الآن", "You follow it now")),
    h("p", {}, words),
    discardButton("two", say("احذف مسودتي", "Delete my draft"), discard),
  );
  byId("said").focus();
}

export function sayWrong(title: string, wrong: Wrong[]): void {
  const links = wrong.map(([id, words]) => {
    const look = (event: Event): void => {
      event.preventDefault();
      byId(id).focus();
    };
    return h("li", {}, h("a", { href: `#${id}`, onclick: look }, words));
  });
  note("fail", "triangle", h("h2", { class: "h3" }, title), h("ul", {}, ...links));
  byId("said").focus();
  byId("said").scrollIntoView({ block: "center" });
}
