import { printReport, type Report } from "../../../packages/server/src/operations/doctor/index.ts";
import { loadConfig } from "../../../packages/server/src/platform/config/index.ts";
import { runDoctor } from "../../../packages/server/src/wiring/doctor.ts";

export type Env = Record<string, string>;

/** Runs the doctor in the test process, with these environment variables. `printed` is the report as the command prints it. */
export async function examine(env: Env): Promise<Report & { printed: string; ids: string[] }> {
  const { config, warnings } = loadConfig(env, { workingDirectory: env.DATA_DIR ?? "/nowhere" });
  const report = await runDoctor(config, { warnings });
  return { ...report, printed: printReport(report), ids: report.findings.map(({ id }) => id).toSorted() };
}
