import { expect, it } from "vitest";
import { placeOfToasts } from "./toasts.tsx";

it.each([
  [undefined, "bottom"],
  [{ top: 100, bottom: 300 }, "bottom"],
  [{ top: 400, bottom: 700 }, "top"],
  [{ top: -50, bottom: 200 }, "bottom"],
] as const)("on a page with a secret at %j, messages appear at the %s", (secret, place) => {
  expect(placeOfToasts(secret, 800)).toBe(place);
});
