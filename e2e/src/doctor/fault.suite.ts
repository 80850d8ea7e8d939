import { afterAll, expect, it, onTestFinished } from "vitest";
import type { Report } from "../../../packages/server/src/operations/doctor/finding.ts";
import { examine, type Fault, openStage, SECRET_KEY, type Stage } from "./stage.ts";

/**
 * Makes each fault, and expects that the doctor finds only this fault and its consequences. If the fault has a cure, follows the printed
 * remedy, and runs the doctor again. Prints a table of all faults at the end. `useStage`: returns the stage for a test, by default a new
 * stage.
 */
export function faultSuite(faults: readonly Fault[], useStage: () => Stage | Promise<Stage> = newStage): void {
  const table = ["| fault | set-up | id | found | cured | fix |"];
  afterAll(() => console.log(table.join("\n")));

  // Not `it.each`, because Vitest shortens long values in titles.
  for (const fault of faults) {
    it(`the doctor finds that ${fault.fault} (${fault.setup})`, async () => {
      const stage = await useStage();
      const env = await fault.arrange(stage);
      const report = await examine(env);
      table.push(describeFound(fault, report));
      expect(report.ids).toEqual([fault.id, ...(fault.also ?? [])].toSorted());
      expect(report.findings.every(({ fix }) => fix.length > 0)).toBe(true);
      expect(report.printed).not.toContain(SECRET_KEY);
      expect(report.printed).not.toMatch(/X-Amz-(Signature|Credential)/i);
      if (fault.cure === undefined) return;
      const { fix = [] } = report.findings.find(({ id }) => id === fault.id) ?? {};
      const { ids } = await examine(await fault.cure({ stage, env, fix }));
      expect(ids).toEqual(fault.remaining ?? []);
    });
  }
}

async function newStage(): Promise<Stage> {
  const stage = await openStage();
  onTestFinished(stage.close);
  return stage;
}

function describeFound({ fault, setup, id, cure }: Fault, { findings }: Report): string {
  const found = findings.find((finding) => finding.id === id);
  const fix = found?.fix.map(({ label, text }) => `${label}: ${text.split("\n", 1)[0]}`)[0] ?? "";
  return `| ${fault} | ${setup} | ${id} | ${found === undefined ? "no" : "yes"} | ${cure === undefined ? "-" : "yes"} | ${fix} |`;
}
