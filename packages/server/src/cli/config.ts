import { Command } from "commander";
import { describeConfig, loadConfig } from "../config/index.ts";

/** `valetkey config`: what is in force, secrets masked; with faults, all of them and exit code 1. */
export function configCommand(): Command {
  return new Command("config").description("print the configuration in force, secrets masked").action(() => {
    const { config, warnings } = loadConfig();
    for (const warning of warnings) process.stderr.write(`Note: ${warning}\n`);
    process.stdout.write(`${describeConfig(config).join("\n")}\n`);
  });
}
