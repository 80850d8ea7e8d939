import { expect, it } from "vitest";
import { placeOfToasts } from "./toasts.tsx";

it.each([
  [undefined, "bottom"],
  [{ top: 100, bottom: 300 }, "bottom"],
  [{ top: 400, bottom: 700 }, "top"],
  [{ top: -50, bottom: 200 }, "bottom"],
] as const)("messages do not cover a secret on the page (secret at %j: messages at the %s)", (secret, place) => {
  expect(placeOfToasts(secret, 800)).toBe(place);
});
