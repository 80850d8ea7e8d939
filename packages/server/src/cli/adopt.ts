import { Command } from "commander";
import { findPerson, withCore } from "./with-core.ts";

type AdoptOptions = { note: string; as: string; filename?: string };

/** `valetkey adopt` attaches an object of the bucket to a note, without copying the object. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("attach an object that is already in the bucket, without copying it and without ever deleting it")
    .argument("<object>", "any S3 URL of the object, or its key in the bucket")
    .requiredOption("--note <id>", "the note to attach it to")
    .requiredOption("--as <email>", "the email address of the administrator who adopts it")
    .option("--filename <name>", "its filename (default: the last part of its key)")
    .action(adopt);
}

async function adopt(object: string, options: AdoptOptions): Promise<void> {
  const isUrl = /^(s3|https?):\/\//i.test(object);
  const attachment = await withCore(async (core) => {
    const { id } = await findPerson(core, options.as);
    return core.useCases.adoptObject(
      { userId: id },
      {
        noteId: options.note,
        s3Url: isUrl ? object : undefined,
        key: isUrl ? undefined : object,
        filename: options.filename,
      },
    );
  });
  const when = attachment.state === "scanning" ? " The running service scans it before it can be downloaded." : "";
  process.stdout.write(
    `Adopted ${attachment.filename} (${attachment.sizeBytes} bytes) as attachment ${attachment.id}.${when}\n`,
  );
}
