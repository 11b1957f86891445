/* The work list by keyboard: j and k walk the rows, Enter opens, c takes, / searches. */

import { maybe } from "../lib/dom";

function links(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("#work a[data-row]")];
}

function walk(step: number): void {
  const all = links();
  const now = all.indexOf(document.activeElement as HTMLAnchorElement);
  all[Math.min(all.length - 1, Math.max(0, now + step))]?.focus();
}

function take(): void {
  const row = document.activeElement?.closest("tr");
  row?.querySelector<HTMLButtonElement>("button[data-claim]")?.click();
}

const acts: Record<string, () => void> = {
  j: () => walk(1),
  k: () => walk(-1),
  c: take,
  "/": () => maybe("q")?.focus(),
};

document.addEventListener("keydown", (e) => {
  const target = e.target as HTMLElement;
  if (e.ctrlKey || e.metaKey || e.altKey || target.closest("input, select, textarea")) return;
  const act = acts[e.key];
  if (!act) return;
  e.preventDefault();
  act();
});
