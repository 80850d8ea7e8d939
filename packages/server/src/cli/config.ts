import { Command } from "commander";
import { describeConfig } from "../platform/config/describe.ts";
import { loadConfig } from "../platform/config/index.ts";

/** `valetkey config` prints the configuration with secrets masked. If the configuration has faults, prints all faults, and exits with 1. */
export function configCommand(): Command {
  return new Command("config").description("print the configuration in force, with secrets masked").action(() => {
    const { config, warnings } = loadConfig();
    for (const warning of warnings) process.stderr.write(`Note: ${warning}\n`);
    process.stdout.write(`${describeConfig(config).join("\n")}\n`);
  });
}
