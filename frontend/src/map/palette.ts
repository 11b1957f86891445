/* The map library does not read CSS variables: tokens are resolved here, once for light and once for dark. */

export type Theme = "light" | "dark";

const TOKENS = [
  "surface",
  "ink",
  "ink-2",
  "brand",
  "land",
  "sea",
  "coast",
  "road",
  "road-case",
  "road-main",
  "road-main-case",
  "plot-line",
  "building",
  "wadi",
  "wadi-ink",
  "u-res",
  "u-rescom",
  "u-com",
  "u-ind",
  "u-agr",
  "u-tour",
  "u-gov",
  "u-open",
  "label",
  "halo",
  "label-sea",
  "zone-fill",
  "sel",
  "gps",
  "near",
  "pass",
  "fail",
  "unknown",
  "copper",
  "h0",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "h7",
  "d1",
  "d2",
  "d3",
  "d4",
  "d5",
  "d6",
  "d7",
] as const;

export type Token = (typeof TOKENS)[number];
export type Palette = Record<Token, string>;

/* A probe element carries the theme, so that the browser itself picks the side of light-dark(). */
export function palette(theme: Theme): Palette {
  const probe = document.createElement("span");
  probe.dataset.theme = theme;
  probe.hidden = true;
  document.body.append(probe);
  const colours = {} as Palette;
  for (const token of TOKENS) {
    probe.style.setProperty("color", `var(--${token})`);
    colours[token] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/* Called when the switch or the system changes the theme. */
export function onTheme(then: (theme: Theme) => void): void {
  let last = currentTheme();
  const look = (): void => {
    const now = currentTheme();
    if (now !== last) {
      last = now;
      then(now);
    }
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
  new MutationObserver(look).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
