import { Command } from "commander";
import { DomainError } from "../platform/errors.ts";
import type { PolicyName, PolicySetting, PolicyValue } from "../platform/policy.ts";
import { policyNames, variableOf } from "../platform/policy.ts";
import { parseDuration } from "./duration.ts";
import { withCore } from "./with-core.ts";

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
  if (name === undefined) {
    throw new DomainError("invalid_request", `There is no rule ${given}. Give one of ${policyNames.join(", ")}.`);
  }
  await withCore(async ({ useCases }) => {
    const settings = await useCases.changePolicy(undefined, { name, value });
    const changed = settings.find((setting) => setting.name === name);
    if (changed !== undefined) process.stdout.write(`${describeSetting(changed)}\n`);
  });
}

function parseValue(text: string): PolicyValue {
  if (text === "none") return null;
  // Returns a word unchanged, because the use case checks the value.
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
