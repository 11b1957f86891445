/* A drawing in the browser: one page of a PDF, alone, beside its older version, or over it. Nothing is sent
   anywhere: the file is read from our own address and drawn here. */

import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { h } from "../lib/dom";
import { difference, type Difference, type Raster } from "../lib/pixel-diff";
import { say } from "../lib/say";

GlobalWorkerOptions.workerSrc = new URL(workerUrl, location.origin).href;
const OWN = "/static/front/pdfjs/";

export type Mode = "alone" | "beside" | "over";

export interface Spot {
  page: number;
  x: number;
  y: number;
}

export interface Pin extends Spot {
  id: number;
  label: string;
  state: "open" | "answered" | "settled";
}

export interface PdfViewOptions {
  root: HTMLElement;
  spotted: (spot: Spot) => void; // a place was pointed at while pinning
  picked: (id: number) => void; // a pin was chosen
  told: (text: string) => void; // what the comparison found
}

const files = new Map<string, Promise<PDFDocumentProxy>>();

/* Each file is read once, however often it is looked at. */
function open(key: string, url: string): Promise<PDFDocumentProxy> {
  const held = files.get(key);
  if (held) return held;
  const made = getDocument({
    url,
    isEvalSupported: false,
    useWasm: false,
    standardFontDataUrl: `${OWN}standard_fonts/`,
    cMapUrl: `${OWN}cmaps/`,
    cMapPacked: true,
    iccUrl: `${OWN}iccs/`,
  }).promise;
  made.catch(() => files.delete(key));
  files.set(key, made);
  return made;
}

export class PdfView {
  page = 1;
  pages = 1;
  zoom = 1;
  mode: Mode = "alone";
  isPinning = false;
  private newer: { key: string; url: string } | null = null;
  private older: { key: string; url: string } | null = null;
  private pins: Pin[] = [];
  private turn = 0; // only the newest drawing counts

  constructor(private readonly options: PdfViewOptions) {}

  async show(newer: { key: string; url: string }, older: { key: string; url: string } | null): Promise<void> {
    const isNew = this.newer?.key !== newer.key;
    [this.newer, this.older] = [newer, older];
    if (isNew) this.page = 1;
    if (!older) this.mode = "alone";
    await this.draw();
  }

  setPins(pins: Pin[]): void {
    this.pins = pins;
    this.putPins();
  }

  async go(change: { page?: number; zoom?: number; mode?: Mode }): Promise<void> {
    this.page = Math.min(this.pages, Math.max(1, change.page ?? this.page));
    this.zoom = Math.min(6, Math.max(0.25, change.zoom ?? this.zoom));
    this.mode = change.mode ?? this.mode;
    await this.draw();
  }

  private async canvas(
    of: { key: string; url: string },
    like: HTMLCanvasElement | null,
  ): Promise<HTMLCanvasElement | null> {
    const file = await open(of.key, of.url);
    if (of === this.newer) this.pages = file.numPages;
    if (this.page > file.numPages) return null;
    const page = await file.getPage(this.page);
    const plain = page.getViewport({ scale: 1 });
    const room = this.options.root.clientWidth / (this.mode === "beside" ? 2 : 1) - 16;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const scale = like ? like.width / plain.width : (room / plain.width) * this.zoom * ratio;
    const viewport = page.getViewport({ scale });
    const canvas = h("canvas", { class: "pdf-page" });
    [canvas.width, canvas.height] = [Math.round(viewport.width), Math.round(viewport.height)];
    canvas.style.setProperty("inline-size", `${canvas.width / ratio}px`);
    await page.render({ canvas, viewport }).promise;
    return canvas;
  }

  private async draw(): Promise<void> {
    const turn = (this.turn += 1);
    if (!this.newer) return;
    const now = await this.canvas(this.newer, null);
    const was = this.mode === "alone" || !this.older ? null : await this.canvas(this.older, now);
    if (turn !== this.turn || !now) return;
    const shown = this.mode === "over" && was ? this.over(was, now) : now;
    const frames = [this.frame(shown, say("النسخة الحالية", "Present version"))];
    if (this.mode === "beside" && was) frames.push(this.frame(was, say("النسخة السابقة", "Earlier version")));
    this.options.root.replaceChildren(...frames);
    if (this.mode === "alone") this.options.told("");
    this.putPins();
  }

  /* The comparison as one picture, with a frame round each place that changed. */
  private over(was: HTMLCanvasElement, now: HTMLCanvasElement): HTMLCanvasElement {
    const older = fitted(was, now.width, now.height);
    const found = difference(older, rasterOf(now));
    const canvas = h("canvas", { class: "pdf-page" });
    [canvas.width, canvas.height] = [now.width, now.height];
    canvas.style.setProperty("inline-size", now.style.getPropertyValue("inline-size"));
    const g = canvas.getContext("2d")!;
    g.putImageData(
      new ImageData(found.image.data as Uint8ClampedArray<ArrayBuffer>, now.width, now.height),
      0,
      0,
    );
    g.strokeStyle = "#b0241b";
    g.lineWidth = 3;
    for (const box of found.boxes)
      g.strokeRect(box.x * now.width, box.y * now.height, box.width * now.width, box.height * now.height);
    this.options.told(words(found));
    return canvas;
  }

  private frame(canvas: HTMLCanvasElement, name: string): HTMLElement {
    const sheet = h("div", { class: "pdf-sheet", role: "img", "aria-label": name }, canvas);
    sheet.addEventListener("click", (e) => {
      if (!this.isPinning) return;
      const box = canvas.getBoundingClientRect();
      this.options.spotted({
        page: this.page,
        x: Math.min(1, Math.max(0, (e.clientX - box.left) / box.width)),
        y: Math.min(1, Math.max(0, (e.clientY - box.top) / box.height)),
      });
    });
    const figure = h("figure", { class: "pdf-frame" }, sheet);
    if (this.mode === "beside") figure.append(h("figcaption", { class: "xs mute" }, name));
    return figure;
  }

  private putPins(): void {
    const sheet = this.options.root.querySelector<HTMLElement>(".pdf-sheet");
    if (!sheet) return;
    sheet.querySelectorAll(".pdf-pin").forEach((pin) => pin.remove());
    for (const pin of this.pins.filter((one) => one.page === this.page)) {
      const button = h(
        "button",
        {
          type: "button",
          class: `pdf-pin ${pin.state}`,
          "aria-label": say(`الملاحظة ${pin.label}`, `Remark ${pin.label}`),
          onclick: (e: Event) => {
            e.stopPropagation();
            this.options.picked(pin.id);
          },
        },
        pin.label,
      );
      // Fractions run from the left edge of the sheet, whatever way the page reads.
      button.style.setProperty("left", `${pin.x * 100}%`);
      button.style.setProperty("top", `${pin.y * 100}%`);
      sheet.append(button);
    }
  }
}

function rasterOf(canvas: HTMLCanvasElement): Raster {
  return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
}

/* A page of another size is laid over at the upper left, so that what grew at an edge shows as new. */
function fitted(canvas: HTMLCanvasElement, width: number, height: number): Raster {
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [width, height];
  const g = sheet.getContext("2d")!;
  g.fillStyle = "#fff";
  g.fillRect(0, 0, width, height);
  g.drawImage(canvas, 0, 0);
  return g.getImageData(0, 0, width, height);
}

function words(found: Difference): string {
  if (!found.boxes.length)
    return say("لا فرق بين النسختين في هذه الصفحة", "The versions do not differ on this page");
  const n = found.boxes.length;
  return say(`مواضع التغيير في هذه الصفحة: ${n}`, `Places changed on this page: ${n}`);
}
