/* A driver's tickets: how long one still runs, and what the next one costs before it is paid. */

import { byId, maybe } from "../lib/dom";
import { count } from "../lib/format";
import { keepThisPage } from "../lib/offline";
import { MINUTES } from "../lib/plural";
import { say } from "../lib/say";
import { stayPrice } from "../parts/stay-price";

const TICK_MS = 5_000;
const SOON_MIN = 10;

/* The minutes a ticket still has, rounded up: it is never shown as over while it is not. */
function showLeft(box: HTMLElement): void {
  const left = Math.ceil((Date.parse(box.dataset.ends!) - Date.now()) / 60_000);
  box.dataset.left = String(left);
  box.classList.toggle("soon", left <= SOON_MIN);
  box.textContent =
    left > 0
      ? `${say("بقي", "Left:")} ${count(left, MINUTES, "minute", "minutes")}`
      : say("انتهت", "It has ended");
}

for (const box of document.querySelectorAll<HTMLElement>("[data-ends]")) {
  showLeft(box);
  setInterval(() => showLeft(box), TICK_MS);
}

const form = maybe<HTMLFormElement>("buy-form");
if (form) {
  const minutes = byId<HTMLSelectElement>("minutes");
  const price = stayPrice(form.dataset.zone!, {
    minutes: Number(minutes.value),
    chosen: (length) => (minutes.value = String(length)),
  });
  byId("length-field").hidden = true; // the steps of the price say the same, and what it costs
  byId("stay").append(price);
  for (const chip of form.querySelectorAll<HTMLButtonElement>("[data-plate]"))
    chip.addEventListener("click", () => (byId<HTMLInputElement>("plate").value = chip.dataset.plate!));
} else void keepThisPage(); // a ticket can be shown where there is no connection
