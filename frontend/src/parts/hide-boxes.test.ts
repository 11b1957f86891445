import { expect, test } from "vitest";
import { boxOf, isLargeEnough } from "./hide-boxes";

test("two corners in any order make one box inside the photo", () => {
  expect(boxOf(0.6, 0.2, 0.1, 0.9)).toEqual([0.1, 0.2, 0.6, 0.9]);
  expect(boxOf(-3, 0.5, 2, 9)).toEqual([0, 0.5, 1, 1]);
});

test("a slip of the hand is no box", () => {
  expect(isLargeEnough([0.1, 0.1, 0.105, 0.9])).toBe(false);
  expect(isLargeEnough([0.1, 0.1, 0.2, 0.2])).toBe(true);
});
