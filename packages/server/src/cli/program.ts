import { Command } from "commander";
import { adoptCommand } from "./adopt.ts";
import { bucketCommand } from "./bucket.ts";
import { configCommand } from "./config.ts";
import { describeFailure } from "./failure.ts";
import { gcCommand } from "./gc.ts";
import { presignCommand } from "./presign.ts";
import { startCommand } from "./start.ts";
import { tokenCommand } from "./token.ts";
import { userCommand } from "./user.ts";

/** Runs one command line. A failure is printed on standard error, and sets the exit code to 1. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const program = new Command("valetkey")
    .description("Share files of a private S3 bucket through URLs that live for seconds.")
    .addCommand(startCommand(), { isDefault: true })
    .addCommand(configCommand())
    .addCommand(userCommand())
    .addCommand(tokenCommand())
    .addCommand(adoptCommand())
    .addCommand(gcCommand())
    .addCommand(presignCommand())
    .addCommand(bucketCommand());
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}
