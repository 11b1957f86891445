/* Boxes over faces and plates: drawn with a finger, a mouse or the keyboard, sent as fractions of the photo. */

import { h } from "../lib/dom";
import { say } from "../lib/say";

export type Box = [number, number, number, number]; // left, top, right, bottom: 0 to 1

const LEAST = 0.01; // of the photo: less is a slip of the hand

/* Two corners in any order as a box inside the photo. */
export function boxOf(ax: number, ay: number, bx: number, by: number): Box {
  const inside = (value: number): number => Math.min(1, Math.max(0, value));
  return [
    inside(Math.min(ax, bx)),
    inside(Math.min(ay, by)),
    inside(Math.max(ax, bx)),
    inside(Math.max(ay, by)),
  ];
}

export function isLargeEnough([left, top, right, bottom]: Box): boolean {
  return right - left >= LEAST && bottom - top >= LEAST;
}

function draw(area: HTMLElement, boxes: Box[]): void {
  for (const old of area.querySelectorAll("span")) old.remove();
  for (const [left, top, right, bottom] of boxes) {
    const mark = h("span", {});
    mark.style.left = `${left * 100}%`;
    mark.style.top = `${top * 100}%`;
    mark.style.width = `${(right - left) * 100}%`;
    mark.style.height = `${(bottom - top) * 100}%`;
    area.append(mark);
  }
}

/* With the keyboard: Enter puts a box in the middle, the arrows move it, with Shift they size it, Backspace takes it. */
function byKey(event: KeyboardEvent, boxes: Box[]): boolean {
  const last = boxes[boxes.length - 1];
  if (event.key === "Enter") boxes.push([0.4, 0.4, 0.6, 0.6]);
  else if (event.key === "Backspace" || event.key === "Delete") boxes.pop();
  else if (last && event.key.startsWith("Arrow")) {
    const dx = event.key === "ArrowLeft" ? -0.02 : event.key === "ArrowRight" ? 0.02 : 0;
    const dy = event.key === "ArrowUp" ? -0.02 : event.key === "ArrowDown" ? 0.02 : 0;
    const [left, top, right, bottom] = last;
    const grown = event.shiftKey
      ? boxOf(left, top, Math.max(left + LEAST, right + dx), Math.max(top + LEAST, bottom + dy))
      : boxOf(left + dx, top + dy, right + dx, bottom + dy);
    if (isLargeEnough(grown)) boxes[boxes.length - 1] = grown;
  } else return false;
  return true;
}

function wire(form: HTMLFormElement): void {
  const area = form.querySelector<HTMLElement>(".hideboxes")!;
  const field = form.querySelector<HTMLInputElement>("input[name=boxes]")!;
  const count = form.querySelector<HTMLElement>("[data-count]")!;
  const boxes: Box[] = [];
  let from: [number, number] | null = null;
  const keep = (): void => {
    field.value = JSON.stringify(boxes.map((box) => box.map((side) => Number(side.toFixed(4)))));
    count.textContent = boxes.length ? `${say("مربعات مرسومة:", "Boxes drawn:")} ${boxes.length}` : "";
    draw(area, boxes);
  };
  const at = (event: PointerEvent): [number, number] => {
    const seen = area.getBoundingClientRect();
    return [(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height];
  };
  area.addEventListener("pointerdown", (event) => {
    from = at(event);
    area.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  area.addEventListener("pointermove", (event) => {
    if (from) draw(area, [...boxes, boxOf(...from, ...at(event))]);
  });
  area.addEventListener("pointerup", (event) => {
    const box = from ? boxOf(...from, ...at(event)) : null;
    from = null;
    if (box && isLargeEnough(box)) boxes.push(box);
    keep();
  });
  area.addEventListener("keydown", (event) => {
    if (!byKey(event, boxes)) return;
    event.preventDefault();
    keep();
  });
  form.querySelector("[data-clear]")!.addEventListener("click", () => {
    boxes.length = 0;
    keep();
  });
}

export function hideBoxes(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-hide-boxes]")) wire(form);
}
