import { expect, it } from "vitest";
import { hasRare, type LinkValues, policyOf, valuesOf } from "./link-values.ts";

const usual = valuesOf(undefined, policyOf(undefined));

it.each<[Partial<LinkValues>, boolean]>([
  [{}, false],
  [{ label: "Offer", maxFiles: "10", asksPassword: true }, false],
  [{ maxClaims: "5" }, true],
  [{ recipients: "a@example.com" }, true],
  [{ maxFiles: "3" }, true],
  [{ accept: ["image/*"] }, true],
  [{ review: true }, true],
])("the form of a link with %o opens the rare fields: %s", (changed, isOpen) => {
  expect(hasRare({ ...usual, ...changed })).toBe(isOpen);
});
