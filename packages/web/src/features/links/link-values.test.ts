import { expect, it } from "vitest";
import { hasRare, isOnlyHere, type LinkValues, policyOf, valuesOf } from "./link-values.ts";

const usual = valuesOf(undefined, policyOf(undefined));

it.each<[Partial<LinkValues>, boolean]>([
  [{}, false],
  [{ label: "Offer", maxFiles: "10", asksPassword: true }, false],
  [{ maxClaims: "5" }, true],
  [{ recipients: "a@example.com" }, true],
  [{ maxFiles: "3" }, true],
  [{ accept: ["image/*"] }, true],
  [{ review: true }, true],
])("the form of a link opens its rarely used fields if one has a value (%o: %s)", (changed, isOpen) => {
  expect(hasRare({ ...usual, ...changed })).toBe(isOpen);
});

it("the form of a new file request shows the number of files that the service accepts by default", () => {
  expect(usual.maxFiles).toBe("10");
});

it.each([
  ["http://localhost:3000/s/a", true],
  ["http://127.0.0.1:3000/s/a", true],
  ["http://[::1]:3000/s/a", true],
  ["http://192.168.1.10:3000/s/a", false],
  ["https://files.example.com/s/localhost", false],
])("the app knows whether only this computer can open the link %s (%s)", (url, isOnly) => {
  expect(isOnlyHere(url)).toBe(isOnly);
});
