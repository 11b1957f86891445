import { describe, expect, it, vi } from "vitest";
import { date, distance, metres, NBSP, number, percent, rial, squareMetres, time } from "./format";

describe("numbers carry their unit after a no-break space", () => {
  it("writes areas, lengths and shares", () => {
    expect(squareMetres(748)).toBe(`748.00${NBSP}م²`);
    expect(metres(3)).toBe(`3.00${NBSP}م`);
    expect(percent(3.34, 1)).toBe("3.3%");
    expect(number(-8.4, 1)).toBe("\u22128.4");
    expect(number(15618)).toBe("15,618");
  });
  it("says short distances to ten centimetres and long ones in kilometres", () => {
    expect(distance(6.2)).toBe(`6.2${NBSP}م`);
    expect(distance(9)).toBe(`9${NBSP}م`);
    expect(distance(-161.4)).toBe(`161${NBSP}م`);
    expect(distance(2340)).toBe(`2.3${NBSP}كم`);
  });
  it("writes baisa as rials with three decimals always", () => {
    expect(rial(200)).toBe(`0.200${NBSP}ر.ع.`);
    expect(rial(6195)).toBe(`6.195${NBSP}ر.ع.`);
    vi.stubGlobal("document", { documentElement: { lang: "en", dataset: {} } });
    expect(rial(200)).toBe(`0.200${NBSP}OMR`);
    vi.unstubAllGlobals();
  });
});

describe("days and hours are those of the city", () => {
  it("turns an instant to the city's clock", () => {
    expect(time("2026-11-24T09:00:00Z", "Asia/Muscat")).toBe("13:00");
    expect(date("2026-11-24T21:30:00Z", "Asia/Muscat")).toBe("25/11/2026");
    expect(date("2026-11-24T21:30:00Z", "America/Los_Angeles")).toBe("24/11/2026");
  });
  it("shows a plain date as it stands", () => {
    expect(date("2016-10-16")).toBe("16/10/2016");
  });
});
