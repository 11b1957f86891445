import { describe, expect, it } from "vitest";
import { otherLanguage, readHash, withQuery, writeHash } from "./url-state";

describe("a view lives in its address", () => {
  it("reads what it writes", () => {
    const view = { zoom: 17.25, lat: 23.6722, lon: 58.24671 };
    expect(readHash(writeHash(view))).toEqual(view);
  });
  it.each(["", "#", "#17", "#99/1/1", "#5/99/0", "#5/0/200", "#a/b/c"])("refuses %s", (hash) => {
    expect(readHash(hash)).toBeNull();
  });
  it("sets and drops keys of the query and keeps the others", () => {
    expect(withQuery("?a=1&plot=2", { plot: "3" })).toBe("?a=1&plot=3");
    expect(withQuery("?plot=2", { plot: null })).toBe("");
  });
  it("changes the language and nothing else, there and back", () => {
    const there = otherLanguage("/heat/", "?from=2016-01-01", "#10/23/58");
    expect(there).toBe("/en/heat/?from=2016-01-01#10/23/58");
    expect(otherLanguage("/en/heat/", "?from=2016-01-01", "#10/23/58")).toBe(
      "/heat/?from=2016-01-01#10/23/58",
    );
    expect(otherLanguage("/", "", "")).toBe("/en/");
    expect(otherLanguage("/en/", "", "")).toBe("/");
    expect(otherLanguage("/enough/", "", "")).toBe("/en/enough/");
  });
});
