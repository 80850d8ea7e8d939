import { ValetKeyError } from "@valetkey/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeProblem } from "./describe-problem.ts";
import { problems } from "./en/problems.ts";

describe("the text about a request without a response", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [false, problems.offline],
    [true, problems.network],
  ])("the text about a request without a response names the cause (online: %s)", (onLine, text) => {
    vi.stubGlobal("navigator", { onLine });
    expect(describeProblem(new ValetKeyError("network", "fetch failed"))).toBe(text);
  });
});
