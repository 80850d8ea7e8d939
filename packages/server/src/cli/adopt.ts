import { Command } from "commander";
import { personByEmail, withCore } from "./with-core.ts";

type AdoptOptions = { note: string; as: string; filename?: string };

/** `valetkey adopt`: attaches an object that is in the bucket already, without copying it. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("attach an object that is in the bucket already; it is not copied, and never deleted")
    .argument("<address>", "any S3 address of the object, or its key in the bucket")
    .requiredOption("--note <id>", "the note it goes to")
    .requiredOption("--as <address>", "the administrator who adopts it, by e-mail address")
    .option("--filename <name>", "what it is called (default: the last part of its key)")
    .action(adopt);
}

async function adopt(address: string, options: AdoptOptions): Promise<void> {
  const isUrl = /^(s3|https?):\/\//i.test(address);
  const attachment = await withCore(async (core) => {
    const { id } = await personByEmail(core, options.as);
    return core.useCases.adoptObject(
      { userId: id },
      {
        noteId: options.note,
        s3Url: isUrl ? address : undefined,
        key: isUrl ? undefined : address,
        filename: options.filename,
      },
    );
  });
  const when = attachment.state === "scanning" ? " The running service scans it before it can be downloaded." : "";
  process.stdout.write(
    `Adopted ${attachment.filename} (${attachment.sizeBytes} bytes) as attachment ${attachment.id}.${when}\n`,
  );
}
