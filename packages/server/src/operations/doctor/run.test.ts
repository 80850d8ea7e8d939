import { describe, expect, it } from "vitest";
import { findingOf, unchecked } from "./finding.ts";
import type { Check, DoctorParts } from "./parts.ts";
import { runCheck } from "./run.ts";

const run = (check: Check["run"]) =>
  runCheck({ name: "the subject", run: check }, { parts: {} as DoctorParts, limitMs: 20 });

describe("a check of the doctor", () => {
  it("a check of the doctor is complete if it has a finding or an empty result", async () => {
    expect(await run(async () => [])).toEqual({ outcomes: [], isComplete: true });
    const finding = findingOf({ "disk-full": { severity: "error", title: "The disk is full", why: "Uploads fail." } });
    const found = finding("disk-full", { detail: "0 MiB are free.", fix: [] });
    expect(await run(async () => [found])).toEqual({ outcomes: [found], isComplete: true });
  });

  it("a check of the doctor is incomplete if one of its subjects could not be checked", async () => {
    const outcomes = [unchecked("a part", "it has no date")];
    expect(await run(async () => outcomes)).toEqual({ outcomes, isComplete: false });
  });

  it("a check of the doctor that takes too long counts as unchecked", async () => {
    const { outcomes, isComplete } = await run(() => new Promise(() => undefined));
    expect(outcomes).toEqual([unchecked("the subject", "it took longer than 0.02 seconds")]);
    expect(isComplete).toBe(false);
  });

  it("a check of the doctor that throws counts as unchecked", async () => {
    const failing = () => Promise.reject(new Error("try later", { cause: new Error("the bucket responded with 503") }));
    expect((await run(failing)).outcomes).toEqual([unchecked("the subject", "the bucket responded with 503")]);
  });
});
