import { describe, expect, it } from "vitest";
import { arabicNoun, arabicPhrase, englishPhrase, REPORTS, SECONDS } from "./plural";

describe("numbers decide the noun", () => {
  it.each([
    [0, "لا بلاغات"],
    [1, "بلاغ واحد"],
    [2, "بلاغان"],
    [3, "3 بلاغات"],
    [10, "10 بلاغات"],
    [11, "11 بلاغًا"],
    [99, "99 بلاغًا"],
    [100, "100 بلاغ"],
    [103, "103 بلاغات"],
    [1662, "1662 بلاغًا"],
  ])("%i in Arabic", (n, words) => {
    expect(arabicPhrase(n, String(n), REPORTS)).toBe(words);
  });
  it("gives the noun alone beside a large number", () => {
    expect(arabicNoun(4, SECONDS)).toBe("ثوانٍ");
    expect(arabicNoun(100, REPORTS)).toBe("بلاغ");
  });
  it("has two forms in English", () => {
    expect(englishPhrase(1, "1", "plot", "plots")).toBe("1 plot");
    expect(englishPhrase(0, "0", "plot", "plots")).toBe("0 plots");
  });
});
