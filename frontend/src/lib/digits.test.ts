import { describe, expect, it } from "vitest";
import { arabicDigits, foldArabic, westernDigits } from "./digits";

describe("digits of three scripts are one", () => {
  it("reads Arabic-Indic and Persian digits as Western ones and leaves the rest", () => {
    expect(westernDigits("الحيل ٢٤١٧ / ۳")).toBe("الحيل 2417 / 3");
  });
  it("writes Arabic-Indic digits and comes back to the same number", () => {
    for (let n = 0; n < 2000; n += 37) expect(westernDigits(arabicDigits(String(n)))).toBe(String(n));
  });
  it("folds alef, yaa, taa marbuta, harakat and tatweel", () => {
    expect(foldArabic("المُعَبيلــة")).toBe(foldArabic("المعبيله"));
    expect(foldArabic("أدم إدم آدم")).toBe("ادم ادم ادم");
  });
});
