/* The auditor's screen: drawing and map side by side, versions over each other, remarks pinned to a spot, each
   version approved by its hash. The office sees the same without the acts. */

import { ApiError, getJson, send } from "../lib/api";
import {
  pairs,
  remarkNumber,
  type Application,
  type ApprovalRow,
  type DrawingFile,
  type RemarkRow,
} from "../lib/application";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, bdi, byId, h, icon, maybe } from "../lib/dom";
import { number } from "../lib/format";
import { say } from "../lib/say";
import type { Ground, PartFeature } from "../lib/site";
import { boxOf } from "../map/camera";
import { extent } from "../map/extent";
import { createMap, type CityMap } from "../map/frame";
import { collection, feature, plotSelection } from "../map/overlays";
import { currentTheme, onTheme, palette } from "../map/palette";
import {
  SITE_OVERLAYS,
  changeLayers,
  envelopeOf,
  failsOf,
  gridScale,
  siteLayers,
  siteWords,
  wordsOf,
} from "../map/site-layers";
import { PdfView, type Mode, type Spot } from "../parts/pdf-view";
import { remarkList } from "../parts/remark-list";
import { sheetTable, verdictBox } from "../parts/sheet-table";
import { toast } from "../parts/toast";

interface AuditConfig extends CityConfig {
  application: Application;
  ground: Ground | null;
  api: string;
  side: "municipality" | "applicant" | "neither";
  audits: string; // the stage that this reader audits now; empty for none
}

/* What a remark is about: a spot of the open page, a place on the map, or the whole drawing. */
interface Aim {
  spot?: Spot;
  place?: [number, number];
}

const config = readConfig<AuditConfig>();
let held = config.application;
let chosen: DrawingFile | null = null;
let aimed: Aim | null = null;
let city: CityMap | null = null;

const view = new PdfView({
  root: byId("pdf"),
  spotted: (spot) => aim({ spot }),
  picked: (id) => focusRemark(id),
  told: (text) => (byId("pdf-told").textContent = text),
});

function focusRemark(id: number): void {
  const row = maybe(`remark-${id}`);
  row?.scrollIntoView({ block: "nearest" });
  row?.querySelector<HTMLElement>("button")?.focus();
}

/* A spot was pointed at: the remark is written beside the list, and goes where the spot is. */
function aim(at: Aim): void {
  aimed = at;
  const form = byId<HTMLFormElement>("remark-form");
  form.hidden = false;
  byId("remark-where").textContent = whereIs(at);
  byId<HTMLTextAreaElement>("remark-text").focus();
  pinning(false);
}

function whereIs(at: Aim): string {
  if (at.place) return say("على الخريطة", "On the map");
  const name = nameOf(chosen);
  if (at.spot) return say(`في الصفحة ${at.spot.page} من ${name}`, `On page ${at.spot.page} of ${name}`);
  return chosen
    ? say(`على كامل ${name}`, `On the whole of ${name}`)
    : say("على المعاملة", "On the transaction");
}

function nameOf(file: DrawingFile | null): string {
  return file ? `${file.name} ${file.sheet}`.trim() : "";
}

function pinning(on: boolean): void {
  view.isPinning = on;
  document.body.classList.toggle("pinning", on);
  maybe("pin")?.setAttribute("aria-pressed", String(on));
}

async function change<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    toast((error as ApiError).message, "triangle");
    held = await getJson<Application>(config.api);
    render();
    return null;
  }
}

async function sendRemark(e: Event): Promise<void> {
  e.preventDefault();
  const text = byId<HTMLTextAreaElement>("remark-text");
  const body = aimed?.place
    ? { text: text.value, place: { type: "Point", coordinates: aimed.place } }
    : { text: text.value, document: chosen?.id, ...(aimed?.spot ?? {}) };
  const button = byId("remark-form").querySelector<HTMLButtonElement>("[type=submit]");
  if (button?.disabled) return; // pressed twice
  if (button) button.disabled = true;
  const found = await change(() => send<Application>("POST", `${config.api}/remarks`, body));
  if (button) button.disabled = false;
  if (!found) return;
  held = found;
  text.value = "";
  byId("remark-form").hidden = true;
  aimed = null;
  render();
  const written = held.remarks.at(-1);
  if (written) focusRemark(written.id);
  announce(say("كُتبت الملاحظة", "The remark is written"));
}

async function actOnRemark(remark: RemarkRow, act: string, text: string): Promise<void> {
  const found = await change(() =>
    send<Application>("POST", `${config.api}/remarks/${remark.id}`, { act, text }),
  );
  if (found) held = found;
  render();
  focusRemark(remark.id);
}

async function approve(row: ApprovalRow): Promise<void> {
  const found = await change(() =>
    send<Application>("POST", `${config.api}/approvals`, { key: row.key, sha256: row.sha256 }),
  );
  if (found) held = found;
  render();
}

async function takeBack(row: ApprovalRow): Promise<void> {
  const found = await change(() => send<Application>("DELETE", `${config.api}/approvals`, { key: row.key }));
  if (found) held = found;
  render();
}

function approvalOf(key: string): ApprovalRow | undefined {
  return held.approvals.find((row) => row.key === key);
}

/* Where a version stands with those who approve it, and the act of who audits it now. */
function approval(key: string): HTMLElement | null {
  const rows = held.approvals.filter((row) => row.key === key);
  if (!rows.length) return null;
  return h(
    "div",
    { class: "approval" },
    ...rows.map((row) =>
      row.is_approved
        ? h(
            "p",
            { class: "s row wrap tight" },
            h("span", { class: "st pass" }, icon("pass"), say("معتمدة", "Approved")),
            row.approved_by ? bdi(row.approved_by) : null,
            row.stage === config.audits
              ? h(
                  "button",
                  { type: "button", class: "btn three sm", onclick: () => void takeBack(row) },
                  say("اسحب الاعتماد", "Take back"),
                )
              : null,
          )
        : row.stage === config.audits
          ? h(
              "button",
              { type: "button", class: "btn sm", "data-approve": row.key, onclick: () => void approve(row) },
              icon("tick"),
              say("اعتمد هذه النسخة", "Approve this version"),
            )
          : h("p", {}, h("span", { class: "st na" }, icon("na"), say("لم تُعتمد بعد", "Not approved yet"))),
    ),
  );
}

function file(pair: { latest: DrawingFile; before: DrawingFile | null }): HTMLElement {
  const one = pair.latest;
  return h(
    "li",
    { class: one.id === chosen?.id ? "part on" : "part", "data-document": one.kind },
    h(
      "button",
      {
        type: "button",
        class: "linkish b",
        disabled: !one.is_pdf || !one.url,
        onclick: () => void choose(one),
      },
      nameOf(one),
    ),
    h(
      "p",
      { class: "xs mute" },
      say("النسخة ", "version "),
      bdi(String(one.version)),
      " · ",
      bdi(one.sha256.slice(0, 12), "ltr"),
    ),
    approval(`document/${one.id}`),
  );
}

/* Only of the bar: the map has a mode of its own. */
function modes(): NodeListOf<HTMLButtonElement> {
  return document.querySelectorAll<HTMLButtonElement>(".pdf-bar [data-mode]");
}

async function choose(one: DrawingFile): Promise<void> {
  chosen = one;
  const before = pairs(held.documents).find((pair) => pair.latest.id === one.id)?.before ?? null;
  modes().forEach((button) => {
    button.disabled = button.dataset.mode !== "alone" && !before;
  });
  const files = byId("files");
  const isChosenHere = files.contains(document.activeElement);
  render();
  if (isChosenHere) files.querySelector<HTMLElement>(".on button")?.focus();
  try {
    await view.show({ key: one.id, url: one.url }, before ? { key: before.id, url: before.url } : null);
  } catch {
    byId("pdf").replaceChildren(
      h("p", { class: "empty bad" }, say("تعذّر فتح الرسم", "The drawing could not be opened")),
    );
  }
  pages();
}

function pages(): void {
  byId("page-now").textContent = `${view.page} / ${view.pages}`;
  modes().forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.mode === view.mode));
  });
}

function find(remark: RemarkRow): void {
  const one = held.documents.find((row) => row.id === remark.document);
  if (one && remark.page)
    void choose(one)
      .then(() => view.go({ page: remark.page! }))
      .then(pages);
  if (remark.place && city) {
    const box = extent([feature(remark.place)]);
    if (box) city.map.fitBounds(box, { maxZoom: 20.5, padding: 80 });
  }
}

/* The sign stays before its number, whatever way the sentence reads. */
function signed(css: "added" | "removed", sign: string, m2: number): HTMLElement {
  return h("b", { class: css }, bdi(`${sign}${number(m2, 2)}`, "ltr"), say("\u00a0م²", "\u00a0m²"));
}

function changes(): HTMLElement | null {
  const last = held.changes[0];
  if (!last) return null;
  return h(
    "p",
    { class: "s", "data-change": "" },
    say(`النسخة ${last.to} مقابل ${last.from}: `, `Version ${last.to} against ${last.from}: `),
    signed("added", "+", last.added_m2),
    say("، ", ", "),
    signed("removed", "−", last.removed_m2),
  );
}

function render(): void {
  byId("files").replaceChildren(...pairs(held.documents).map(file));
  const pins = held.remarks
    .filter((row) => row.document === chosen?.id && row.page)
    .map((row) => ({
      id: row.id,
      page: row.page!,
      x: row.x!,
      y: row.y!,
      state: row.state,
      label: String(remarkNumber(held.remarks, row.id)),
    }));
  view.setPins(pins);
  byId("remarks").replaceChildren(
    remarkList(held.remarks, config.side, {
      find,
      act: (row, what, text) => void actOnRemark(row, what, text),
    }),
  );
  const box = maybe("site-sheet");
  if (box && held.site) {
    const own = approvalOf(`site/${held.site.version}`) ? approval(`site/${held.site.version}`) : null;
    box.replaceChildren(
      ...[changes(), own, verdictBox(held.site), sheetTable(held.site)].filter((el) => el !== null),
    );
  }
  const places = held.remarks.flatMap((row) =>
    row.place
      ? [
          feature(row.place, {
            part: "mark",
            number: String(remarkNumber(held.remarks, row.id)),
            text: say("ملاحظة", "Remark"),
          }),
        ]
      : [],
  );
  city?.setOverlay("site-fails", collection(...failsOf(held.site?.rules ?? []).features, ...places));
}

function bar(): void {
  const go = (what: Parameters<PdfView["go"]>[0]): void => void view.go(what).then(pages);
  byId("page-back").addEventListener("click", () => go({ page: view.page - 1 }));
  byId("page-on").addEventListener("click", () => go({ page: view.page + 1 }));
  byId("zoom-in").addEventListener("click", () => go({ zoom: view.zoom * 1.4 }));
  byId("zoom-out").addEventListener("click", () => go({ zoom: view.zoom / 1.4 }));
  modes().forEach((button) =>
    button.addEventListener("click", () => go({ mode: button.dataset.mode as Mode })),
  );
  maybe("pin")?.addEventListener("click", () => pinning(!view.isPinning));
  maybe("whole")?.addEventListener("click", () => aim({}));
  byId("remark-form").addEventListener("submit", (e) => void sendRemark(e));
}

async function ground(container: HTMLElement): Promise<void> {
  city = await createMap({
    config,
    container,
    overlays: ["selection", "hatch", "site-change", ...SITE_OVERLAYS],
    title: say("الخريطة", "Map"),
    data: (colours) => ({ sources: {}, layers: [...siteLayers(colours), ...changeLayers(colours)] }),
    hash: false,
    maxZoom: 22,
  });
  if (!city || !config.ground) return;
  const { map } = city;
  const own = config.ground;
  const show = (): void => {
    city!.setOverlay("selection", plotSelection(own.plot, "", own.plot_m2));
    city!.setOverlay("envelope", envelopeOf(own));
    const parts = (held.site?.site.features ?? []) as PartFeature[];
    city!.setOverlay("fixed-parts", collection(...parts));
    city!.setOverlay("site-words", wordsOf(parts, gridScale(own)));
    const last = held.changes[0];
    city!.setOverlay(
      "site-change",
      collection(
        ...(last?.added ? [feature(last.added, { part: "added" })] : []),
        ...(last?.removed ? [feature(last.removed, { part: "removed" })] : []),
      ),
    );
    for (const layer of siteWords(palette(currentTheme()))) if (!map.getLayer(layer.id)) map.addLayer(layer);
    render();
  };
  if (map.isStyleLoaded()) show();
  else map.once("load", show);
  onTheme(() => setTimeout(show, 50));
  const rings = own.plot.type === "Polygon" ? own.plot.coordinates : own.plot.coordinates.flat();
  city.camera.goToBox(boxOf(rings), 20, { glide: false });
  map.on("click", (e) => {
    if (view.isPinning) aim({ place: [e.lngLat.lng, e.lngLat.lat] });
  });
}

bar();
render();
const first = pairs(held.documents).find(
  (pair) => pair.latest.is_pdf && pair.latest.url && pair.latest.kind.endsWith("drawing"),
);
if (first) void choose(first.latest);
const map = maybe("map");
if (map) void ground(map);
