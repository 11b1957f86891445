import { describe, expect, it } from "vitest";
import { measureError } from "./measure-field";

describe("floors and heights as people type them", () => {
  it("takes digits of three scripts with either decimal sign, and nothing at all", () => {
    for (const text of ["٩٫٥", "9.5", "9,5", "۹٫۵", " 11 ", ""])
      expect(measureError("height_m", text)).toBe("");
    for (const text of ["2", "٢", ""]) expect(measureError("floors", text)).toBe("");
  });
  it("says what is wrong with words, halves of floors, nothing built, and what no building is", () => {
    for (const text of ["abc", "0", "-3", "1e9", "1001", "9.5.1"])
      expect(measureError("height_m", text)).not.toBe("");
    for (const text of ["2.5", "0", "-1", "201", "two"])
      expect(measureError("floors", text)).toMatch(/صحيح|whole/);
  });
});
