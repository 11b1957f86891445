import { describe, expect, it } from "vitest";
import { sourceText } from "./say";

describe("the source of a row", () => {
  it("is told in the page's language where both are written", () => {
    expect(sourceText("synthetic, not authoritative")).toBe("بيانات تجريبية غير معتمدة");
    expect(sourceText("قواعد تجريبية غير ملزمة / demo rules, not law")).toBe("قواعد تجريبية غير ملزمة");
  });

  it("stays as it was written otherwise", () => {
    for (const text of ["Survey 12 / 2016", "وزارة الإسكان", "Ministry of Housing"])
      expect(sourceText(text)).toBe(text);
  });
});
