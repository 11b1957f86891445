/* Our own controls: at the end side, 44 px, named in the page's language. */

import type { Map as MapLibre } from "maplibre-gl";
import { h, icon } from "../lib/dom";
import { metres, number, NBSP } from "../lib/format";
import { say } from "../lib/say";
import { metresPerPixel, niceScale } from "./measure";

export interface Group {
  id: string;
  label: string;
  on: boolean;
}

function button(name: string, label: string, act: () => void): HTMLButtonElement {
  return h("button", { type: "button", "aria-label": label, title: label, onclick: act }, icon(name));
}

export function zoomControls(map: MapLibre): HTMLElement {
  return h(
    "div",
    { class: "grp zoomgrp" },
    button("plus", say("تقريب", "Zoom in"), () => map.zoomIn()),
    button("minus", say("تبعيد", "Zoom out"), () => map.zoomOut()),
  );
}

/* Which groups of layers are drawn; a check box each. */
function layerBox(
  groups: Group[],
  change: (id: string, on: boolean) => void,
  close: () => void,
): HTMLElement {
  const rows = groups.map((group) => {
    const box = h("input", {
      type: "checkbox",
      class: "check",
      checked: group.on,
      onchange: (e) => change(group.id, (e.target as HTMLInputElement).checked),
    });
    return h("li", {}, h("label", { class: "checkrow" }, box, group.label));
  });
  const box = h(
    "div",
    {
      class: "mapcard layerbox ui",
      id: "layerbox",
      role: "group",
      "aria-label": say("طبقات الخريطة", "Map layers"),
      hidden: true,
    },
    h("h2", { class: "h3" }, say("طبقات الخريطة", "Map layers")),
    h("ul", {}, ...rows),
  );
  box.addEventListener("keydown", (e) => {
    if (e.key === "Escape") close();
  });
  return box;
}

export function layerControl(
  groups: Group[],
  change: (id: string, on: boolean) => void,
): { button: HTMLElement; box: HTMLElement } {
  const toggle = button("layers", say("الطبقات", "Layers"), () => show(Boolean(box.hidden)));
  const show = (open: boolean): void => {
    box.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (open) box.querySelector("input")?.focus();
  };
  const box = layerBox(groups, change, () => {
    show(false);
    toggle.focus();
  });
  toggle.setAttribute("aria-expanded", "false");
  toggle.setAttribute("aria-controls", "layerbox");
  return { button: toggle, box };
}

export function locateControl(act: () => void): HTMLElement {
  return button("locate", say("موقعي", "My position"), act);
}

/* Metres or kilometres, true at the latitude of the middle of the map. */
export function scaleBar(map: MapLibre, into: HTMLElement): void {
  const text = h("span", { dir: "auto" });
  const bar = h("i");
  into.append(h("div", { class: "scale", "aria-hidden": "true" }, text, bar));
  const draw = (): void => {
    const nice = niceScale(metresPerPixel(map.getCenter().lat, map.getZoom()), 130);
    text.textContent =
      nice.metres >= 1000 ? number(nice.metres / 1000) + NBSP + say("كم", "km") : metres(nice.metres, 0);
    bar.style.setProperty("inline-size", `${nice.px}px`);
  };
  map.on("move", draw);
  map.on("resize", draw);
  draw();
}
