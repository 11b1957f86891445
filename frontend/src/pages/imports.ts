/* The administrator's page: send a file with a bar, follow its import, see on a map what was refused and why. */

import { getJson } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, bdi, byId, h, maybe } from "../lib/dom";
import { count, number, percent } from "../lib/format";
import { ROWS } from "../lib/plural";
import { say } from "../lib/say";
import { extent } from "../map/extent";
import { createMap } from "../map/frame";
import type { Feature, FeatureCollection } from "geojson";

interface Status {
  state: "queued" | "running" | "done" | "failed";
  done: number;
  total: number | null;
  stage: string | null;
}

const ASK_EVERY_MS = 1000;
const ROWS_SHOWN = 200;

/* ---------- sending: progress said at 0, 50 and 100 ---------- */

function sendWithBar(form: HTMLFormElement): void {
  const box = byId("sending");
  const bar = box.querySelector("progress")!;
  const note = box.querySelector("p")!;
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    box.hidden = false;
    const request = new XMLHttpRequest();
    let said = -1;
    request.upload.addEventListener("progress", (p) => {
      const part = p.total ? Math.round((100 * p.loaded) / p.total) : 0;
      bar.value = part;
      const mark = part >= 100 ? 100 : part >= 50 ? 50 : 0;
      if (mark > said) {
        said = mark;
        note.textContent = percent(part);
      }
    });
    request.addEventListener("load", () => {
      if (request.responseURL && request.status < 400) location.href = request.responseURL;
      else replacePage(request.responseText);
    });
    request.addEventListener("error", () => {
      note.textContent = say("انقطع الإرسال. أعد المحاولة.", "Sending was cut off. Try again.");
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}

/* The server's own answer with its errors takes the place of the form. */
function replacePage(html: string): void {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const main = answer.querySelector("main");
  if (!main) return location.reload();
  document.title = answer.title;
  document.querySelector("main")!.replaceWith(main);
  main.querySelector<HTMLElement>("[role=alert]")?.scrollIntoView();
  const form = maybe<HTMLFormElement>("upload");
  if (form) sendWithBar(form);
}

/* ---------- progress ---------- */

async function follow(card: HTMLElement): Promise<void> {
  const bar = byId<HTMLProgressElement>("bar");
  try {
    const s = await getJson<Status>(card.dataset.status!);
    if (s.state === "done" || s.state === "failed") return location.reload();
    if (s.stage) byId("stage").textContent = s.stage;
    if (s.total) {
      bar.max = s.total;
      bar.value = s.done;
      byId("count").textContent =
        `${number(s.done)} ${say("من", "of")} ${count(s.total, ROWS, "row", "rows")}`;
    } else bar.removeAttribute("value");
  } catch {
    announce(say("لا جواب من الخادم؛ نعيد السؤال.", "No answer from the server; asking again."));
  }
  setTimeout(() => void follow(card), ASK_EVERY_MS);
}

/* ---------- refused ---------- */

function row(f: Feature): HTMLElement {
  const p = f.properties ?? {};
  const why = say(String(p.detail_ar ?? p.verdict ?? ""), String(p.detail_en ?? p.verdict ?? ""));
  return h("tr", {}, h("th", { scope: "row" }, bdi(String(p.row ?? ""))), h("td", {}, why));
}

async function showRefused(): Promise<void> {
  const config = readConfig<CityConfig & { refused_url: string }>();
  const refused = await getJson<FeatureCollection>(config.refused_url);
  byId("refused-rows").replaceChildren(...refused.features.slice(0, ROWS_SHOWN).map(row));
  const located = refused.features.filter((f) => f.geometry);
  const without = refused.features.length - located.length;
  byId("refused-note").textContent = [
    refused.features.length > ROWS_SHOWN
      ? say(
          `أول ${number(ROWS_SHOWN)} صف؛ الباقي في الملف.`,
          `The first ${number(ROWS_SHOWN)} rows; the rest are in the file.`,
        )
      : "",
    without
      ? say(
          `بلا موقع يُرسم: ${count(without, ROWS, "", "")}.`,
          `Without a place to draw: ${count(without, ROWS, "row", "rows")}.`,
        )
      : "",
  ]
    .filter(Boolean)
    .join(" ");
  const city = await createMap({
    config,
    container: byId("map"),
    overlays: ["refused"],
    title: say("خريطة الصفوف المرفوضة", "Map of the refused rows"),
    hash: false,
  });
  if (!city) return;
  city.setOverlay("refused", { type: "FeatureCollection", features: located });
  const box = extent(located);
  if (box) city.map.fitBounds(box, { padding: 40, maxZoom: 17, animate: false });
}

const form = maybe<HTMLFormElement>("upload");
if (form) sendWithBar(form);
const card = maybe("progress-card");
if (card?.dataset.status) void follow(card);
if (maybe("refused-rows")) void showRefused();
