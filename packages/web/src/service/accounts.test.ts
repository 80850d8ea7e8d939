import { afterEach, expect, it, vi } from "vitest";
import { ownPath } from "./accounts.ts";

afterEach(() => void vi.unstubAllGlobals());

it.each([
  ["/activity?from=1#top", "/activity?from=1#top"],
  ["https://files.example.com/shared", "/shared"],
  [undefined, "/"],
  ["//evil.example", "/"],
  ["https://evil.example/", "/"],
  ["/\\evil.example", "/"],
  ["/.//evil.example", "/"],
  ["javascript:alert(1)", "/"],
])("after a sign-in, the requested URL %s leads to the path %s", (to, path) => {
  vi.stubGlobal("location", new URL("https://files.example.com/sign-in"));
  expect(ownPath(to)).toBe(path);
});
