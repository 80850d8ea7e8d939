import { PresignError } from "@valetkey/presign";
import { Command } from "commander";
import { ConfigError } from "../platform/config/index.ts";
import { DomainError } from "../platform/errors.ts";
import { adoptCommand } from "./adopt.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { bucketCommand, gcCommand, presignCommand } from "./bucket.ts";
import { moveBucketCommand } from "./move-bucket.ts";
import { moveDatabaseCommand } from "./move-database.ts";
import { previewsCommand } from "./previews.ts";
import { configCommand, doctorCommand, policyCommand } from "./setup.ts";
import { startCommand } from "./start.ts";
import { tokenCommand, userCommand } from "./user.ts";

const REMEDIES: Partial<Record<string, string>> = {
  EADDRINUSE: "Another program listens there. Stop it, or set PORT (and S3_LOCAL_PORT) to free ports.",
  EADDRNOTAVAIL: "This machine does not have that IP address. Correct HOST.",
  ENOSPC: "Free space on the disk, and run the command again.",
  storage_full: "Free space on the disk, and run the command again.",
  EACCES: "This user may not do that. Ports below 1024 need a proxy in front. Folders need write permission.",
};

export const runCommand = (argv: readonly string[]): Promise<void> => runProgram(createProgram(), argv);

/** Creates the program with all commands of the service. Another package can add commands. */
export function createProgram(): Command {
  return new Command("valetkey")
    .description("Share files of a private S3 bucket through URLs that live for seconds.")
    .addCommand(startCommand())
    .addCommand(configCommand())
    .addCommand(userCommand())
    .addCommand(policyCommand())
    .addCommand(tokenCommand())
    .addCommand(adoptCommand())
    .addCommand(gcCommand())
    .addCommand(previewsCommand())
    .addCommand(
      new Command("move")
        .description("move data to another database or bucket")
        .addCommand(moveBucketCommand())
        .addCommand(moveDatabaseCommand()),
    )
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(presignCommand())
    .addCommand(bucketCommand())
    .addCommand(doctorCommand());
}

/**
 * Runs the command of a command line, or `start` without a command. If the command fails, prints the error on standard error, and sets the
 * exit code to 1.
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  try {
    // `start` is no default command of the library, which would report an unknown command as an argument of `start`.
    await program.parseAsync(argv.length > 2 ? argv : [...argv, "start"]);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}

/** Returns the text about an error for the terminal. For an unexpected error, the text contains the stack trace. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const remedy = REMEDIES[(error as NodeJS.ErrnoException).code ?? ""];
  if (error instanceof DomainError || error instanceof PresignError)
    return [error.message, ...reasonOf(error), ...(remedy === undefined ? [] : [remedy])].join("\n");
  if (remedy !== undefined) return `${error.message}\n${remedy}`;
  return error.stack ?? error.message;
}

function reasonOf({ cause }: Error): string[] {
  // If a host name has several IP addresses, the connection fails once for each address. Node.js then throws an AggregateError without a
  // message.
  const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
  return reason instanceof Error ? [`Reason: ${reason.message}`] : [];
}
