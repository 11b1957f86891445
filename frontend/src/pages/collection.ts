/* Money on screen: ask where a payment stands, and do the sums of a till as they are typed. */

import { getJson } from "../lib/api";
import { announce, maybe } from "../lib/dom";
import { rial as amount } from "../lib/format";
import { westernDigits as western } from "../lib/digits";
import { say } from "../lib/say";

interface Standing {
  word: string;
  state: string;
  said: string;
}

const ASK_EVERY_MS = 1500;

/* A change draws the page anew; until then only the sentence changes. */
async function follow(box: HTMLElement): Promise<void> {
  try {
    const now = await getJson<Standing>(box.dataset.state!);
    if (now.word !== box.dataset.word || now.state !== box.dataset.charge) return location.reload();
    const said = maybe("said");
    if (said && now.said && said.textContent !== now.said) said.textContent = now.said;
  } catch {
    announce(say("لا جواب من الخادم؛ نعيد السؤال.", "No answer from the server; asking again."));
  }
  setTimeout(() => void follow(box), ASK_EVERY_MS);
}

/* The payer's screen draws itself anew whenever something else stands on it. */
async function watch(screen: HTMLElement): Promise<void> {
  try {
    const now = await getJson<{ key: string }>(screen.dataset.state!);
    if (now.key !== screen.dataset.key) return location.reload();
  } catch {
    // the next question comes in a moment; a payer is told nothing of it
  }
  setTimeout(() => void watch(screen), ASK_EVERY_MS);
}

function rial(baisa: number): string {
  const sign = baisa < 0 ? "-" : "";
  const whole = Math.abs(baisa);
  return `${sign}${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, "0")}`;
}

/* Whole baisa of what was typed in rials; null for anything else. */
function baisa(text: string): number | null {
  const found = /^(\d{1,7})(?:\.(\d{1,3}))?$/.exec(western(text).trim());
  if (!found) return null;
  return Number(found[1]) * 1000 + Number((found[2] ?? "0").padEnd(3, "0"));
}

function showChange(field: HTMLInputElement): void {
  const given = baisa(field.value);
  const change = given === null ? null : given - Number(field.dataset.due);
  maybe("change")!.textContent = change === null || change < 0 ? "—" : rial(change);
}

function showCounted(form: HTMLElement): void {
  let total = 0;
  for (const field of form.querySelectorAll<HTMLInputElement>("[data-value]"))
    total += Number(field.dataset.value) * (Number(western(field.value)) || 0);
  maybe("counted")!.textContent = rial(total);
}

/* The button of a list says what the rows that are ticked cost together. */
function showChosen(sum: HTMLElement): void {
  let total = 0;
  for (const field of sum.closest("form")?.querySelectorAll<HTMLInputElement>("input[data-baisa]:checked") ??
    [])
    total += Number(field.dataset.baisa);
  sum.textContent = total ? amount(total) : "";
}

const box = maybe("standing");
if (box && ["under_way", "checking"].includes(box.dataset.word ?? "")) void follow(box);
const screen = maybe("screen");
if (screen) void watch(screen);
const tendered = maybe<HTMLInputElement>("tendered");
tendered?.addEventListener("input", () => showChange(tendered));
const counting = maybe("count");
counting?.addEventListener("input", () => showCounted(counting));
const chosenSum = maybe("chosen-sum");
if (chosenSum) {
  chosenSum.closest("form")?.addEventListener("change", () => showChosen(chosenSum));
  window.addEventListener("pageshow", () => showChosen(chosenSum)); // a way back keeps what was ticked
}
