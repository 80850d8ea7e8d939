import { resolve } from "node:path";
import { Command } from "commander";
import { loadConfigWithoutSecrets } from "../platform/config/index.ts";

/** `valetkey backup` makes a backup. The exit code is 1 if the backup fails or lacks objects. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("copy the embedded database, bucket and secrets to a folder, while the service runs")
    .argument("<folder>", "an empty folder, or that of an earlier backup, which is then updated")
    .option("--verify", "also read every file that an earlier backup copied, and copy damaged ones again", false)
    .action(runBackup);
}

/** `valetkey restore` verifies and restores a backup. The exit code is 1 if nothing was restored, or if objects are missing. */
export function restoreCommand(): Command {
  return new Command("restore")
    .description("restore a backup into DATA_DIR, which must be empty")
    .argument("<folder>", "the folder of the backup")
    .action(runRestore);
}

const writeProgress = (line: string) => void process.stderr.write(`${line}\n`);

async function runBackup(folder: string, { verify }: { verify: boolean }): Promise<void> {
  // The import is dynamic, because backups load the built-in bucket, which `valetkey start` runs in a worker thread.
  const { backUp } = await import("../wiring/backup.ts");
  const backupDir = resolve(folder);
  const { rows, blobs } = await backUp(loadConfigWithoutSecrets(), { backupDir, verify, writeProgress });
  process.stdout.write(
    `Backed up to ${backupDir}. Notes: ${rows.notes}, attachments: ${rows.attachments}, files of the bucket: ${blobs.count} (${blobs.sizeBytes} bytes)\n`,
  );
  reportMissing(
    blobs.missing,
    "The bucket has lost or damaged these files, so the backup lacks them. The table in docs/operations.md has the remedies.",
  );
}

async function runRestore(folder: string): Promise<void> {
  const { restore } = await import("../wiring/backup.ts");
  const config = loadConfigWithoutSecrets();
  const { createdAt, rows, blobs } = await restore(config, { backupDir: resolve(folder), writeProgress });
  process.stdout.write(
    `Restored the backup of ${createdAt} to ${config.server.dataDir}. Notes: ${rows.notes}, attachments: ${rows.attachments}\n`,
  );
  reportMissing(
    blobs.missing,
    "The bucket had lost these files before the backup. Start the service, and run `valetkey gc` to see which attachments are affected.",
  );
}

function reportMissing(missing: readonly string[], advice: string): void {
  if (missing.length === 0) return;
  process.stderr.write(`${[...missing.map((path) => `missing: ${path}`), advice].join("\n")}\n`);
  process.exitCode = 1;
}
