import { Command } from "commander";
import type { Report } from "../operations/doctor/finding.ts";
import { describeConfig } from "../platform/config/describe.ts";
import { ConfigError, loadConfig } from "../platform/config/index.ts";
import { invalidRequest } from "../platform/errors.ts";
import { type PolicyName, type PolicySetting, type PolicyValue, policyNames, variableOf } from "../platform/policy.ts";
import { parseDuration, withCore } from "./with-core.ts";

/** `valetkey config` prints the configuration with masked secrets. If the configuration has faults, prints all faults and exits with 1. */
export function configCommand(): Command {
  return new Command("config").description("print the configuration in force, with secrets masked").action(() => {
    const { config, warnings } = loadConfig();
    for (const warning of warnings) process.stderr.write(`Note: ${warning}\n`);
    process.stdout.write(`${describeConfig(config).join("\n")}\n`);
  });
}

/** `valetkey policy` shows and changes the rules of the service. Running replicas apply a change within a few seconds. */
export function policyCommand(): Command {
  const show = new Command("show").description("list the rules with their values").action(showPolicy);
  const set = new Command("set")
    .description("change a rule, also while the service runs")
    .argument("<name>", `one of ${policyNames.join(", ")}`)
    .argument("<value>", "a word such as required, an expiry such as 90, 10m or 30d, or none for no limit")
    .action((name: string, text: string) => changeRule(name, parseValue(text)));
  const reset = new Command("reset")
    .description("reset a rule to its default")
    .argument("<name>", `one of ${policyNames.join(", ")}`)
    .action((name: string) => changeRule(name, undefined));
  return new Command("policy")
    .description("show and change the rules of the service")
    .addCommand(show)
    .addCommand(set)
    .addCommand(reset);
}

async function showPolicy(): Promise<void> {
  await withCore(async ({ deps }) => {
    for (const setting of deps.policy.describe()) process.stdout.write(`${describeSetting(setting)}\n`);
  });
}

async function changeRule(given: string, value: PolicyValue | undefined): Promise<void> {
  const name = policyNames.find((one) => one === given);
  if (name === undefined) throw invalidRequest(`There is no rule ${given}. Give one of ${policyNames.join(", ")}.`);
  await withCore(async ({ useCases }) => {
    const settings = await useCases.changePolicy(undefined, { name, value });
    const changed = settings.find((setting) => setting.name === name);
    if (changed !== undefined) process.stdout.write(`${describeSetting(changed)}\n`);
  });
}

function parseValue(text: string): PolicyValue {
  if (text === "none") return null;
  // A word is returned unchanged, because the use case checks the value.
  return /^\d/.test(text) ? parseDuration(text) : (text as PolicyValue);
}

function describeSetting({ name, value, source }: PolicySetting): string {
  return `${name}  ${describeValue(value)}  (${describeSource(name, source)})`;
}

function describeValue(value: PolicyValue): string {
  if (value === null) return "none";
  return typeof value === "number" ? `${value} ${value === 1 ? "second" : "seconds"}` : value;
}

function describeSource(name: PolicyName, source: PolicySetting["source"]): string {
  if (source === "configuration") return `set by ${variableOf(name)}`;
  return source === "administrator" ? "set by an administrator" : "default";
}

/** `valetkey doctor` checks the whole set-up. The exit code is 1 after an error, 2 after only warnings, and 0 otherwise. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check the bucket, the database, the proxy and this machine, and print a fix for each fault")
    .option("--json", "print the report as JSON", false)
    .action(doctor);
}

async function doctor({ json }: { json: boolean }): Promise<void> {
  const { EXIT_CODES, printReport } = await import("../operations/doctor/finding.ts");
  const report = await examine();
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : printReport(report)}\n`);
  process.exitCode = EXIT_CODES[report.worst];
}

async function examine(): Promise<Report> {
  try {
    const { config, warnings } = loadConfig();
    // The import is dynamic, because the checks load the AWS SDK, which the other commands do not need.
    const { runDoctor } = await import("../wiring/doctor.ts");
    return await runDoctor(config, { warnings, onProgress: (name) => process.stderr.write(`Checking: ${name}\n`) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { reportConfigFaults } = await import("../operations/doctor/checks/host.ts");
    return reportConfigFaults(error, { now: new Date() });
  }
}
