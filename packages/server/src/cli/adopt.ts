import { Command } from "commander";
import { DomainError } from "../platform/errors.ts";
import type { Core } from "../wiring/core.ts";
import { readAdoptionList } from "./read-adoption-list.ts";
import { findPerson, withCore } from "./with-core.ts";

type AdoptOptions = { as: string; note?: string; filename?: string; list?: string; copy?: boolean };

/** `valetkey adopt` makes files of objects that are in the bucket already: one object, or a list of them. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("make files of objects that are already in the bucket. The objects themselves are never deleted")
    .argument("[object]", "any S3 URL of the object, or its key in the bucket")
    .requiredOption("--as <email>", "the email address of the administrator who adopts")
    .option("--note <id>", "the note of the object. The administrator must be its owner or an editor")
    .option("--filename <name>", "the filename of the object (default: the last part of its key)")
    .option(
      "--list <file>",
      "adopt the objects of a list: CSV or JSON lines with key, filename, owner, oldId, people, note",
    )
    .option("--copy", "with --list: copy each object, so that the copy is deleted with its file")
    .action(adopt);
}

async function adopt(object: string | undefined, options: AdoptOptions): Promise<void> {
  const { list, note, as } = options;
  if (list !== undefined && object === undefined && note === undefined && options.filename === undefined) {
    return withCore((core) => adoptList(core, { as, list, copies: options.copy ?? false }));
  }
  if (object === undefined || note === undefined || list !== undefined || options.copy !== undefined) {
    throw new DomainError(
      "invalid_request",
      "Give an object and --note, or give --list (and --copy, if you want) without an object.",
    );
  }
  await withCore((core) => adoptOne(core, { ...options, object, note }));
}

async function adoptOne(core: Core, options: AdoptOptions & { object: string; note: string }): Promise<void> {
  const { object, note: noteId, filename } = options;
  const { id } = await findPerson(core, options.as);
  const at = /^(s3|https?):\/\//i.test(object) ? { s3Url: object, key: undefined } : { s3Url: undefined, key: object };
  const attachment = await core.useCases.adoptObject({ userId: id }, { ...at, noteId, filename });
  const when = attachment.state === "scanning" ? " The running service scans it before it can be downloaded." : "";
  process.stdout.write(
    `Adopted ${attachment.filename} (${attachment.sizeBytes} bytes) as attachment ${attachment.id}.${when}\n`,
  );
}

/** Prints one line of JSON for each adopted object, and the problems and the progress to stderr. Continues after a problem. */
async function adoptList(
  core: Core,
  { as, list, copies }: { as: string; list: string; copies: boolean },
): Promise<void> {
  const caller = { userId: (await findPerson(core, as)).id };
  const counts = { adopted: 0, known: 0, failed: 0 };
  const summary = () => `${counts.adopted} adopted, ${counts.known} adopted before, ${counts.failed} with a problem`;
  for await (const { line, listed } of readAdoptionList(list)) {
    try {
      if (listed instanceof DomainError) throw listed;
      const { sourceKey, oldId, attachmentId, isNew } = await core.useCases.adoptListed(caller, listed, { copies });
      counts[isNew ? "adopted" : "known"] += 1;
      process.stdout.write(`${JSON.stringify({ key: sourceKey, oldId, attachmentId })}\n`);
    } catch (error) {
      // A problem of one line does not stop the others. If the database or the bucket is away, every line would fail.
      if (
        !(error instanceof DomainError) ||
        ["database_unavailable", "bucket_unavailable", "access_denied"].includes(error.code)
      )
        throw error;
      counts.failed += 1;
      process.stderr.write(`Line ${line}: ${error.message}\n`);
    }
    const done = counts.adopted + counts.known + counts.failed;
    if (done % 100 === 0) process.stderr.write(`${done} lines: ${summary()}\n`);
  }
  process.stderr.write(`${summary()}.\n`);
  if (counts.failed === 0) return;
  process.stderr.write("Correct these lines, and run the command again. It changes nothing on the other lines.\n");
  process.exitCode = 1;
}
