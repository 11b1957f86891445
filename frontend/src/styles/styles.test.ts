/* The tokens keep their contrast and the sheets keep to tokens, logical properties and known icons. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const here = new URL(".", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, here), "utf8");
const tokens = read("tokens.css");

function token(name: string, dark: boolean): string {
  const m = new RegExp(`--${name}:\\s*light-dark\\((#[0-9a-f]{6}),\\s*(#[0-9a-f]{6})\\)`, "i").exec(tokens);
  if (!m) throw new Error(`no token --${name}`);
  return dark ? m[2]! : m[1]!;
}

function luminance(hex: string): number {
  const part = (at: number): number => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

const TEXT: [string, string][] = [
  ["ink", "surface"],
  ["ink", "paper"],
  ["ink-2", "surface"],
  ["ink-2", "sunk"],
  ["ink-3", "surface"],
  ["ink-3", "paper"],
  ["brand", "surface"],
  ["brand", "brand-soft"],
  ["on-brand", "brand"],
  ["copper", "surface"],
  ["copper", "copper-soft"],
  ["pass", "pass-soft"],
  ["fail", "fail-soft"],
  ["unknown", "unknown-soft"],
  ["na", "na-soft"],
  ["near", "near-soft"],
  ["info", "info-soft"],
  ["label", "u-com"],
  ["label", "u-res"],
  ["label-sea", "sea"],
  ["sel", "land"],
];
const LINES: [string, string][] = [
  ["control", "surface"],
  ["control", "paper"],
  ["focus", "paper"],
  ["focus", "surface"],
  ["plot-line", "u-com"],
  ["plot-line", "u-res"],
];

describe.each([false, true])("contrast, dark %s", (dark) => {
  it.each(TEXT)("%s reads on %s", (fore, ground) => {
    expect(contrast(token(fore, dark), token(ground, dark))).toBeGreaterThanOrEqual(4.5);
  });
  it.each(LINES)("%s is seen on %s", (fore, ground) => {
    expect(contrast(token(fore, dark), token(ground, dark))).toBeGreaterThanOrEqual(3);
  });
  it("heat goes away from the ground with every class", () => {
    const ratios = [1, 2, 3, 4, 5, 6, 7].map((i) => contrast(token(`h${i}`, dark), token("land", dark)));
    expect([...ratios].sort((a, b) => a - b)).toEqual(ratios);
  });
});

describe("files", () => {
  const walk = (folder: string): string[] =>
    readdirSync(new URL(folder, here), { withFileTypes: true }).flatMap((e) =>
      e.isDirectory() ? walk(`${folder}${e.name}/`) : [`${folder}${e.name}`],
    );
  const sources = walk("../").filter((f) => f.endsWith(".ts") && !f.endsWith(".test.ts"));

  it("every icon that is asked for is in the sprite", () => {
    const sprite = read("../../public/icons.svg");
    for (const file of sources)
      for (const m of read(file).matchAll(/icon\("([a-z_]+)"/g))
        expect(sprite, `${file}: ${m[1]}`).toContain(`id="${m[1]}"`);
  });
  it("no sheet has letter-spacing, italics or capitals, which tear Arabic", () => {
    for (const file of readdirSync(here).filter((f) => f.endsWith(".css"))) {
      const text = read(file);
      expect(text).not.toMatch(/letter-spacing:\s*(?!\s|0;)/);
      expect(text).not.toMatch(/font-style:\s*italic|text-transform|text-align:\s*justify/);
    }
  });
  it("no source asks another host", () => {
    for (const file of sources)
      expect(read(file).replaceAll("http://www.w3.org/2000/svg", ""), file).not.toMatch(/https?:\/\//);
  });
});
