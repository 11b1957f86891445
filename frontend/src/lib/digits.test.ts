import { describe, expect, it } from "vitest";
import { arabicDigits, foldArabic, typedNumber, westernDigits } from "./digits";

describe("digits of three scripts are one", () => {
  it("reads Arabic-Indic and Persian digits as Western ones and leaves the rest", () => {
    expect(westernDigits("الحيل ٢٤١٧ / ۳")).toBe("الحيل 2417 / 3");
  });
  it("writes Arabic-Indic digits and comes back to the same number", () => {
    for (let n = 0; n < 2000; n += 37) expect(westernDigits(arabicDigits(String(n)))).toBe(String(n));
  });
  it("reads a number as it is typed, and nothing that is none", () => {
    expect(["٩٫٥", "9,5", "−3", "١٬٢٠٠"].map(typedNumber)).toEqual([9.5, 9.5, -3, 1200]);
    for (const text of ["", "abc", "1e9", "1.2.3", "0x10"]) expect(typedNumber(text)).toBeNaN();
  });
  it("folds alef, yaa, taa marbuta, harakat and tatweel", () => {
    expect(foldArabic("المُعَبيلــة")).toBe(foldArabic("المعبيله"));
    expect(foldArabic("أدم إدم آدم")).toBe("ادم ادم ادم");
  });
});
