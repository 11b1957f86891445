import { expect, test } from "vitest";
import { joined } from "./ready-answers";

test("a ready answer fills an empty field and loses nothing that was written", () => {
  expect(joined("", "Done.")).toBe("Done.");
  expect(joined("Dear Salim,  \n", "Done.")).toBe("Dear Salim,\nDone.");
});

test("chosen twice it stands once, and the empty choice adds nothing", () => {
  expect(joined("Done.", "Done.")).toBe("Done.");
  expect(joined("Done.", "")).toBe("Done.");
});
