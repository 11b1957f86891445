/* Two pages over each other: what both drew stays grey, what only the older drew is copper, what only the newer
   drew is blue. Pixels are compared by their ink; a stroke that moved by less than a pixel is no change. */

export interface Raster {
  width: number;
  height: number;
  data: Uint8ClampedArray; // RGBA
}

export interface Difference {
  image: Raster;
  added: number; // pixels of ink that only the newer page has
  removed: number; // that only the older page has
  boxes: Box[]; // where, as fractions of the page
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const INK = 160; // darker than this is ink
const CELL = 24; // pixels of a cell in which changes are gathered
const LEAST = 6; // changed pixels that make a cell count
type Only = "none" | "both" | "old" | "new";
const COLOURS = { both: [140, 148, 152], old: [154, 79, 22], new: [27, 90, 166] } as const;

function inkOf(page: Raster): Uint8Array {
  const found = new Uint8Array(page.width * page.height);
  for (let i = 0; i < found.length; i += 1) {
    const [r, g, b, a] = [
      page.data[4 * i]!,
      page.data[4 * i + 1]!,
      page.data[4 * i + 2]!,
      page.data[4 * i + 3]!,
    ];
    const light = (0.3 * r + 0.59 * g + 0.11 * b) * (a / 255) + 255 - a;
    found[i] = light < INK ? 1 : 0;
  }
  return found;
}

/* Whether there is ink at a pixel or beside it: a pixel of play forgives the renderer's rounding. */
function near(ink: Uint8Array, width: number, height: number, x: number, y: number): boolean {
  for (let dy = -1; dy <= 1; dy += 1)
    for (let dx = -1; dx <= 1; dx += 1) {
      const [px, py] = [x + dx, y + dy];
      if (px >= 0 && py >= 0 && px < width && py < height && ink[py * width + px]) return true;
    }
  return false;
}

/* Cells that touch are one box. */
function boxesOf(cells: Map<string, number>, width: number, height: number): Box[] {
  const left = new Set([...cells].filter(([, n]) => n >= LEAST).map(([key]) => key));
  const found: Box[] = [];
  while (left.size) {
    const queue = [left.values().next().value!];
    left.delete(queue[0]!);
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    while (queue.length) {
      const [cx, cy] = queue.pop()!.split(",").map(Number) as [number, number];
      [x0, y0, x1, y1] = [Math.min(x0, cx), Math.min(y0, cy), Math.max(x1, cx), Math.max(y1, cy)];
      for (let dx = -1; dx <= 1; dx += 1)
        for (let dy = -1; dy <= 1; dy += 1) {
          const key = `${cx + dx},${cy + dy}`;
          if (left.delete(key)) queue.push(key);
        }
    }
    found.push({
      x: (x0 * CELL) / width,
      y: (y0 * CELL) / height,
      width: Math.min(1, ((x1 + 1) * CELL) / width) - (x0 * CELL) / width,
      height: Math.min(1, ((y1 + 1) * CELL) / height) - (y0 * CELL) / height,
    });
  }
  return found;
}

/* What a pixel is: ink of the older page alone, of the newer alone, of both, or none. */
function only(was: Uint8Array, is: Uint8Array, width: number, height: number, x: number, y: number): Only {
  const i = y * width + x;
  if (!was[i] && !is[i]) return "none";
  if (was[i] && !near(is, width, height, x, y)) return "old";
  return is[i] && !near(was, width, height, x, y) ? "new" : "both";
}

/* Both pages are rendered to the same size; throws RangeError where they are not. */
export function difference(older: Raster, newer: Raster): Difference {
  const { width, height } = newer;
  if (older.width !== width || older.height !== height) throw new RangeError("pages of two sizes");
  const [was, is] = [inkOf(older), inkOf(newer)];
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  const cells = new Map<string, number>();
  const counted = { none: 0, both: 0, old: 0, new: 0 };
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const kind = only(was, is, width, height, x, y);
      if (kind === "none") continue;
      counted[kind] += 1;
      data.set(COLOURS[kind], 4 * (y * width + x));
      if (kind === "both") continue;
      const key = `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;
      cells.set(key, (cells.get(key) ?? 0) + 1);
    }
  const image = { width, height, data };
  return { image, added: counted.new, removed: counted.old, boxes: boxesOf(cells, width, height) };
}
