/* The form of a rectangle by its measures, in metres. */

import { typedNumber } from "../lib/digits";
import { byId } from "../lib/dom";
import type { Measures } from "../map/placing";
import { firstWrong } from "./measure-field";

const MOST_M = 500; // of a side, or from a line: more is a slip of the hand
const LEAST_M = { width: 0.01, depth: 0.01, "from-front": 0, "from-side": 0 };

/* The measures typed into the form; null where one is none, which is then said at the form. */
export function measuresTyped(form: HTMLElement): Measures | null {
  const found = Object.entries(LEAST_M).map(([id, least]) => {
    const input = byId<HTMLInputElement>(id);
    const value = typedNumber(input.value);
    const isRight = value >= least && value <= MOST_M;
    input.closest(".field")?.classList.toggle("bad", !isRight);
    if (isRight) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    return isRight ? value : null;
  });
  const wrong = firstWrong(form);
  byId("measures-error").hidden = !wrong;
  wrong?.focus();
  const [width, depth, fromFront, fromSide] = found;
  return wrong ? null : ({ width, depth, fromFront, fromSide } as Measures);
}
