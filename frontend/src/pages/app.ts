/* On every page: the style sheet, the switches for theme and digits, menus, and the language link. */

import "../styles/app.css";
import { bdi, byId } from "../lib/dom";
import { otherLanguage } from "../lib/url-state";

const YEAR = 365 * 24 * 3600;

function remember(name: string, value: string | null): void {
  document.cookie = `${name}=${value ?? ""}; path=/; max-age=${value ? YEAR : 0}; samesite=lax`;
}

function switches(): void {
  const root = document.documentElement;
  for (const input of document.querySelectorAll<HTMLInputElement>("input[name=theme]")) {
    input.addEventListener("change", () => {
      if (input.value === "system") delete root.dataset.theme;
      else root.dataset.theme = input.value;
      remember("theme", input.value === "system" ? null : input.value);
    });
  }
  for (const input of document.querySelectorAll<HTMLInputElement>("input[name=digits]")) {
    input.addEventListener("change", () => {
      remember("digits", input.value === "arab" ? "arab" : null);
      location.reload(); // every number on the page and on the map is written anew
    });
  }
}

function menus(): void {
  const open = (): NodeListOf<HTMLDetailsElement> =>
    document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
  document.addEventListener("click", (e) => {
    for (const menu of open()) if (!menu.contains(e.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

/* The other language shows the same view: query and place may have changed since the page was made. */
function languageLinks(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-language]")) {
    const now = (): void => {
      link.href = otherLanguage(location.pathname, location.search, location.hash);
    };
    for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, now);
  }
}

/* The button of a file field says which files were chosen, in the page's own words and order. */
function chosenFiles(): void {
  for (const note of document.querySelectorAll<HTMLElement>("[data-picked]")) {
    const input = byId<HTMLInputElement>(note.dataset.picked!);
    input.addEventListener("change", () => {
      note.replaceChildren(...[...(input.files ?? [])].map((file) => bdi(`${file.name} `)));
    });
  }
}

/* A file may be dropped on the box around its field; without this the field's button is there. */
function droppedFiles(): void {
  for (const box of document.querySelectorAll<HTMLElement>(".upload")) {
    const input = box.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) continue;
    for (const event of ["dragenter", "dragover"]) {
      box.addEventListener(event, (drag) => {
        drag.preventDefault();
        box.classList.add("over");
      });
    }
    for (const event of ["dragleave", "drop"]) {
      box.addEventListener(event, () => box.classList.remove("over"));
    }
    box.addEventListener("drop", (drop) => {
      drop.preventDefault();
      if (!drop.dataTransfer?.files.length) return;
      input.files = drop.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

switches();
menus();
languageLinks();
chosenFiles();
droppedFiles();
