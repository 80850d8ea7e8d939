#!/usr/bin/env node
import { Command } from "commander";
import { adoptCommand } from "./cli/adopt.ts";
import { configCommand } from "./cli/config.ts";
import { describeFailure } from "./cli/failure.ts";
import { presignCommand } from "./cli/presign.ts";
import { startCommand } from "./cli/start.ts";
import { tokenCommand } from "./cli/token.ts";
import { userCommand } from "./cli/user.ts";

const program = new Command("valetkey")
  .description("Share files of a private S3 bucket through URLs that live for seconds.")
  .addCommand(startCommand(), { isDefault: true })
  .addCommand(configCommand())
  .addCommand(userCommand())
  .addCommand(tokenCommand())
  .addCommand(adoptCommand())
  .addCommand(presignCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}
