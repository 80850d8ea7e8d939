import { Command } from "commander";
import { reportConfigFaults } from "../operations/doctor/checks/host.ts";
import { EXIT_CODES, printReport, type Report } from "../operations/doctor/finding.ts";
import { ConfigError, loadConfig } from "../platform/config/index.ts";
import { runDoctor } from "../wiring/doctor.ts";

/**
 * `valetkey doctor` checks the whole set-up. The exit code is 1 if the doctor finds an error, 2 if it finds warnings but no error, and 0 if
 * it finds neither.
 */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check the bucket, the database, the proxy and this machine, and print a fix for each fault")
    .option("--json", "print the report as JSON", false)
    .action(doctor);
}

async function doctor({ json }: { json: boolean }): Promise<void> {
  const report = await examine();
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : printReport(report)}\n`);
  process.exitCode = EXIT_CODES[report.worst];
}

async function examine(): Promise<Report> {
  try {
    const { config, warnings } = loadConfig();
    return await runDoctor(config, { warnings, onProgress: (name) => process.stderr.write(`Checking: ${name}\n`) });
  } catch (error) {
    if (error instanceof ConfigError) return reportConfigFaults(error, { now: new Date() });
    throw error;
  }
}
