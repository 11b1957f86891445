/* A DXF drawing on its way onto the plot: what each layer holds, its unit, where it lies, and what was not read.
   The file stays in the browser and is read again with each change; nothing is kept until the plan is. */

import type { Position } from "geojson";
import { ApiError, getJson, send } from "../lib/api";
import { typedNumber } from "../lib/digits";
import { bdi, byId, h, icon } from "../lib/dom";
import { say } from "../lib/say";
import type { PartFeature } from "../lib/site";
import { layerLists, type Mapping, type Read } from "./dxf-layers";
import { forgetTyped } from "./measure-field";
import { toast } from "./toast";

type Step =
  | { way: "outline"; n: number }
  | { way: "two_points"; from: Position[]; to: Position[] }
  | { way: "drag"; from?: Position[]; to?: Position[]; turn?: number };

export interface DxfOptions {
  root: HTMLElement;
  api: string;
  laid: (parts: PartFeature[]) => void; // the drawing as it lies now
  point: (asked: string, got: (at: Position) => void) => void; // asks for a spot of the map
  isDrawn: () => boolean; // whether something lies on the map
}

const LAYER_MAPS = "/api/building-permits/layer-maps";
const UNITS: Record<string, [string, string]> = {
  m: ["المتر", "Metres"],
  cm: ["السنتيمتر", "Centimetres"],
  mm: ["المليمتر", "Millimetres"],
  ft: ["القدم", "Feet"],
  "us-ft": ["القدم المساحية الأمريكية", "US survey feet"],
  in: ["البوصة", "Inches"],
};
function unitName(code: string): string {
  const names = UNITS[code];
  return names ? `${say(...names)} (${code})` : code;
}

function warning(text: string): HTMLElement {
  return h("div", { class: "verdict near", role: "status" }, icon("triangle"), h("p", { class: "b" }, text));
}

export class DxfPanel {
  private file: File | null = null;
  private mapping: Mapping = { roles: {}, facts: {}, unit: "" };
  private steps: Step[] = [];
  private read: Read | null = null;
  private saved: { name: string; mapping: Mapping }[] = [];

  constructor(private readonly options: DxfOptions) {
    void getJson<{ maps: { name: string; mapping: Mapping }[] }>(LAYER_MAPS)
      .then((found) => (this.saved = found.maps))
      .catch(() => undefined);
  }

  async take(file: File): Promise<void> {
    this.file = file;
    this.mapping = { roles: {}, facts: {}, unit: "" };
    this.steps = [];
    this.read = null;
    forgetTyped("dxf-");
    await this.again();
  }

  private async again(): Promise<void> {
    if (!this.file) return;
    const form = new FormData();
    form.append("file", this.file);
    form.append("mapping", JSON.stringify(this.mapping));
    form.append("steps", JSON.stringify(this.steps));
    this.options.root.setAttribute("aria-busy", "true");
    try {
      this.read = await send<Read>("POST", `${this.options.api}/drawing`, form);
      this.mapping.roles = this.read.roles;
      if (this.read.laid) this.options.laid(this.read.laid.site.features as PartFeature[]);
      this.show();
    } catch (error) {
      const { message } = error as ApiError;
      if (this.read) toast(message, "triangle");
      else this.refuse(message); // of a file that was never read nothing else can be shown
      this.steps.pop(); // the step that was refused
    } finally {
      this.options.root.removeAttribute("aria-busy");
    }
  }

  private async step(step: Step): Promise<void> {
    this.steps.push(step);
    const before = this.read;
    await this.again();
    if (this.read?.refused && this.read !== before) {
      toast(this.read.refused, "triangle");
      this.steps.pop();
      await this.again();
    }
  }

  private refuse(message: string): void {
    this.file = null;
    this.options.root.replaceChildren(this.refused(message));
    this.options.root.hidden = false;
  }

  /* Why a drawing is not on the map, and that what is there is not it. */
  private refused(why: string): HTMLElement {
    const earlier = this.options.isDrawn()
      ? say(
          "ما على الخريطة وفي الفحص هو الرسم السابق، لا ما قُرئ الآن.",
          "What is on the map and in the check is the earlier drawing, not what was read now.",
        )
      : null;
    return h(
      "div",
      { class: "verdict fail", role: "alert", "data-refused": "" },
      icon("fail"),
      h("div", {}, h("p", { class: "b" }, why), earlier ? h("p", { class: "s" }, earlier) : null),
    );
  }

  private units(): HTMLElement {
    return h(
      "div",
      { class: "field tight" },
      h("label", { for: "dxf-unit" }, say("وحدة الرسم", "Unit of the drawing")),
      h(
        "select",
        {
          class: "inp",
          id: "dxf-unit",
          onchange: (e: Event) => {
            this.mapping.unit = (e.target as HTMLSelectElement).value;
            void this.again();
          },
        },
        ...["", ...Object.keys(UNITS)].map((unit) =>
          h(
            "option",
            { value: unit, selected: unit === this.mapping.unit },
            unit ? unitName(unit) : this.asTheFileSays(),
          ),
        ),
      ),
    );
  }

  private asTheFileSays(): string {
    const said = this.read?.units.name;
    return said
      ? say(`كما في الملف: ${unitName(said)}`, `As the file says: ${unitName(said)}`)
      : say("الملف لا يذكر وحدته", "The file names no unit");
  }

  private hand(): HTMLElement {
    const turn = h("input", { class: "inp short", id: "dxf-turn", inputmode: "decimal", value: "0" });
    return h(
      "div",
      { class: "row wrap tight" },
      h(
        "button",
        { type: "button", class: "btn two sm", onclick: () => this.twoPoints() },
        say("نقطتان مشتركتان", "Two common points"),
      ),
      h(
        "button",
        { type: "button", class: "btn two sm", onclick: () => this.move() },
        say("انقل الرسم", "Move the drawing"),
      ),
      h(
        "div",
        { class: "field tight" },
        h("label", { for: "dxf-turn" }, say("درجات الدوران", "Degrees to turn")),
        turn,
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn two sm",
          onclick: () => void this.step({ way: "drag", turn: typedNumber(turn.value) || 0 }),
        },
        say("أدر الرسم", "Turn it"),
      ),
      this.steps.length
        ? h(
            "button",
            {
              type: "button",
              class: "btn three sm",
              onclick: () => {
                this.steps.pop();
                void this.again();
              },
            },
            say("تراجع", "Undo"),
          )
        : null,
    );
  }

  private move(): void {
    const { point } = this.options;
    point(say("انقر ركنًا من الرسم", "Click a corner of the drawing"), (from) =>
      point(
        say("انقر أين يقع على الأرض", "Click where it lies on the ground"),
        (to) => void this.step({ way: "drag", from: [from], to: [to] }),
      ),
    );
  }

  private twoPoints(): void {
    const { point } = this.options;
    const corner = say("انقر ركنًا من الرسم", "Click a corner of the drawing");
    const ground = say("انقر الموضع نفسه على الأرض", "Click the same spot on the ground");
    point(corner, (a) =>
      point(ground, (b) =>
        point(corner, (c) =>
          point(ground, (d) => void this.step({ way: "two_points", from: [a, c], to: [b, d] })),
        ),
      ),
    );
  }

  private fits(): HTMLElement | null {
    const fits = this.read?.laid?.fits ?? [];
    if (!fits.length) return null;
    return h(
      "ul",
      { class: "plainlist s" },
      ...fits.map((fit, n) =>
        h(
          "li",
          { class: "row between tight" },
          h("span", {}, fit.words),
          fit.mirrored
            ? null
            : h(
                "button",
                {
                  type: "button",
                  class: "btn three sm",
                  onclick: () => {
                    this.steps = [{ way: "outline", n }];
                    void this.again();
                  },
                },
                say("ضعه هكذا", "Lay it so"),
              ),
        ),
      ),
    );
  }

  private kept(): HTMLElement {
    const name = h("input", { class: "inp", id: "dxf-name", maxlength: 60 });
    return h(
      "details",
      { class: "block" },
      h("summary", {}, say("ربط الطبقات المحفوظ", "Kept mappings of layers")),
      ...this.saved.map((one) =>
        h(
          "button",
          {
            type: "button",
            class: "btn three sm",
            onclick: () => {
              this.mapping = structuredClone(one.mapping);
              void this.again();
            },
          },
          one.name,
        ),
      ),
      h(
        "div",
        { class: "field tight" },
        h("label", { for: "dxf-name" }, say("احفظ هذا الربط باسم", "Keep this mapping as")),
        name,
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn two sm",
          onclick: () => {
            const mapping = structuredClone(this.mapping);
            void send<{ name: string }>("POST", LAYER_MAPS, { name: name.value, mapping })
              .then((made) => {
                this.saved = [...this.saved.filter((one) => one.name !== made.name), { ...made, mapping }];
                this.show();
                toast(say("حُفظ الربط", "The mapping is kept"));
              })
              .catch((error: ApiError) => toast(error.message, "triangle"));
          },
        },
        say("احفظ", "Keep"),
      ),
    );
  }

  /* Of the chosen layers what is no part, and objects of a kind that is not read, each with its reason. */
  private notRead(): HTMLElement[] {
    const { unread, left_out } = this.read!;
    const count = unread.length + left_out.length;
    if (!count) return [];
    const rows = [
      ...left_out.map((one) => [bdi(one.layer), " ", one.why]),
      ...unread.map((one) => [
        bdi(`${one.layer} · ${one.entity} × ${one.count}`),
        " ",
        one.why ? say(one.why.ar, one.why.en) : "",
      ]),
    ];
    return [
      h(
        "details",
        { class: "block", open: left_out.length > 0, "data-not-read": "" },
        h("summary", {}, say(`ما لم يُقرأ (${count})`, `What was not read (${count})`)),
        h("ul", { class: "plainlist s" }, ...rows.map((row) => h("li", {}, ...row))),
      ),
    ];
  }

  private show(): void {
    const read = this.read!;
    const said = [
      read.laid?.words,
      read.unit_doubt,
      read.laid?.plot_difference?.words,
      ...(read.laid?.notes ?? []),
    ].filter(Boolean) as string[];
    this.options.root.replaceChildren(
      h("h3", { class: "h3" }, say("رسم المكتب", "The office's drawing")),
      ...(read.refused ? [this.refused(read.refused)] : []),
      ...(read.laid?.off_plot ? [warning(read.laid.off_plot)] : []),
      ...said.map((text) => h("p", { class: "s" }, text)),
      ...this.notRead(),
      this.units(),
      ...layerLists({ read, mapping: this.mapping, changed: () => void this.again() }),
      ...[this.fits()].filter((el) => el !== null),
      this.hand(),
      this.kept(),
    );
    byId("dxf").hidden = false;
  }
}
