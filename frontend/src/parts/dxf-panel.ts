/* A DXF drawing on its way onto the plot: what each layer holds, its unit, where it lies, and what was not read.
   The file stays in the browser and is read again with each change; nothing is kept until the plan is. */

import type { FeatureCollection, Position } from "geojson";
import { ApiError, getJson, send } from "../lib/api";
import { westernDigits } from "../lib/digits";
import { bdi, byId, h } from "../lib/dom";
import { say } from "../lib/say";
import type { PartFeature } from "../lib/site";
import { toast } from "./toast";

type Step =
  | { way: "outline"; n: number }
  | { way: "two_points"; from: Position[]; to: Position[] }
  | { way: "drag"; from?: Position[]; to?: Position[]; turn?: number };

interface Facts {
  floors?: number | undefined;
  height_m?: number | undefined;
}

interface Mapping {
  roles: Record<string, string>;
  facts: Record<string, Facts>;
  unit: string;
}

interface Read {
  units: { name: string | null };
  layers: { name: string; objects: number; off: boolean; frozen: boolean }[];
  unread: { layer: string; entity: string; count: number; why?: { ar: string; en: string } }[];
  roles: Record<string, string>;
  unit_doubt: string | null;
  refused: string;
  laid: {
    site: FeatureCollection;
    words: string;
    fits: { misfit_m: number; mirrored: boolean; good: boolean; words: string }[];
    plot_difference: { words: string } | null;
    notes: string[];
    stops: boolean;
  } | null;
}

export interface DxfOptions {
  root: HTMLElement;
  api: string;
  laid: (parts: PartFeature[]) => void; // the drawing as it lies now
  point: (asked: string, got: (at: Position) => void) => void; // asks for a spot of the map
}

const ROLE_NAMES: [string, string, string][] = [
  ["ignore", "لا يُقرأ", "Leave out"],
  ["plot", "حد القطعة كما رُسم", "Plot line as drawn"],
  ["main", "المبنى الرئيسي", "Main building"],
  ["annex", "ملحق", "Annex"],
  ["canopy", "مظلة أو عريش", "Canopy or pergola"],
  ["ledge", "بروز معماري", "Architectural projection"],
  ["guard", "غرفة حارس", "Guard room"],
  ["plant", "خزانات ومعدات", "Tanks and machines"],
  ["wall", "سور", "Boundary wall"],
  ["parking", "موقف", "Parking bay"],
];
const LAYER_MAPS = "/api/building-permits/layer-maps";
const UNITS = ["", "m", "cm", "mm", "ft", "us-ft", "in"];

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
      toast((error as ApiError).message, "triangle");
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

  private layer(name: string, objects: number): HTMLElement {
    const role = h(
      "select",
      {
        class: "inp",
        "aria-label": say(`ما في الطبقة ${name}`, `What layer ${name} holds`),
        "data-layer": name,
        onchange: (e: Event) => {
          this.mapping.roles[name] = (e.target as HTMLSelectElement).value;
          void this.again();
        },
      },
      ...ROLE_NAMES.map(([code, ar, en]) =>
        h("option", { value: code, selected: this.mapping.roles[name] === code }, say(ar, en)),
      ),
    );
    const built = ["main", "annex"].includes(this.mapping.roles[name] ?? "");
    return h(
      "li",
      { class: "part" },
      h(
        "div",
        { class: "field tight" },
        h("p", { class: "s" }, bdi(name), " ", h("span", { class: "mute" }, bdi(`× ${objects}`))),
        role,
      ),
      built
        ? h("div", { class: "row wrap tight" }, this.fact(name, "floors"), this.fact(name, "height_m"))
        : null,
    );
  }

  private fact(name: string, what: keyof Facts): HTMLElement {
    const held = this.mapping.facts[name]?.[what];
    const id = `dxf-${what}-${this.read!.layers.findIndex((one) => one.name === name)}`;
    const input = h("input", {
      class: "inp short",
      id,
      inputmode: "decimal",
      value: held === undefined ? "" : String(held),
      onchange: (e: Event) => {
        const value = Number(westernDigits((e.target as HTMLInputElement).value));
        const isSaid = Number.isFinite(value) && value > 0;
        this.mapping.facts[name] = { ...this.mapping.facts[name], [what]: isSaid ? value : undefined };
        void this.again();
      },
    });
    const label = what === "floors" ? say("الطوابق", "Floors") : say("الارتفاع (م)", "Height (m)");
    return h("div", { class: "field tight" }, h("label", { for: id }, label), input);
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
        ...UNITS.map((unit) =>
          h(
            "option",
            { value: unit, selected: unit === this.mapping.unit },
            unit ||
              say(
                `كما في الملف (${this.read?.units.name ?? "؟"})`,
                `As the file says (${this.read?.units.name ?? "?"})`,
              ),
          ),
        ),
      ),
    );
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
          onclick: () => void this.step({ way: "drag", turn: Number(westernDigits(turn.value)) || 0 }),
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

  private show(): void {
    const read = this.read!;
    const said = [
      read.refused || read.laid?.words,
      read.unit_doubt,
      read.laid?.plot_difference?.words,
      ...(read.laid?.notes ?? []),
    ].filter(Boolean) as string[];
    this.options.root.replaceChildren(
      h("h3", { class: "h3" }, say("رسم المكتب", "The office's drawing")),
      ...said.map((text) => h("p", { class: "s" }, text)),
      this.units(),
      h(
        "ul",
        { class: "parts block" },
        ...read.layers.filter((one) => one.objects > 0).map((one) => this.layer(one.name, one.objects)),
      ),
      ...[this.fits()].filter((el) => el !== null),
      this.hand(),
      h(
        "details",
        { class: "block" },
        h(
          "summary",
          {},
          say(`ما لم يُقرأ (${read.unread.length})`, `What was not read (${read.unread.length})`),
        ),
        h(
          "ul",
          { class: "plainlist s" },
          ...read.unread.map((one) =>
            h(
              "li",
              {},
              bdi(`${one.layer} · ${one.entity} × ${one.count}`),
              " ",
              one.why ? say(one.why.ar, one.why.en) : "",
            ),
          ),
        ),
      ),
      this.kept(),
    );
    byId("dxf").hidden = false;
  }
}
