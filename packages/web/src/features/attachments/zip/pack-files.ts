import type { Attachment } from "@valetkey/client";
import { makeZip } from "client-zip";
import { transfers } from "../../../service/transfers.ts";
import { texts } from "../../../texts/index.ts";
import { createUniqueNames } from "./unique-names.ts";

const words = texts.attachments.zip;

type Packing = {
  signal: AbortSignal;
  /** Told of each piece that came from the bucket. Bytes. */
  onBytes: (count: number) => void;
  /** Told of a file that can't be had; the others go on without it. */
  onMissing: (attachment: Attachment, error: unknown) => void;
  /** Told which file is read now. */
  onFile: (attachment: Attachment) => void;
};

/** A ZIP of files, made as they come from the bucket; each of their URLs is asked for when its turn comes. */
export function packFiles(attachments: readonly Attachment[], packing: Packing): ReadableStream<Uint8Array> {
  return makeZip(read(attachments, packing));
}

async function* read(attachments: readonly Attachment[], { signal, onBytes, onMissing, onFile }: Packing) {
  const nameOf = createUniqueNames();
  const missing: string[] = [];
  for (const attachment of attachments) {
    const { id, filename, createdAt, sizeBytes } = attachment;
    onFile(attachment);
    try {
      const { stream } = await transfers.download(id, { signal });
      const input = stream.pipeThrough(counting(onBytes));
      yield {
        name: nameOf(filename.replaceAll(/[/\\]/g, "_")),
        lastModified: new Date(createdAt),
        size: sizeBytes,
        input,
      };
    } catch (error) {
      if (signal.aborted) throw error;
      missing.push(filename);
      onMissing(attachment, error);
    }
  }
  // Whoever gets the ZIP is to know, too.
  if (missing.length > 0) yield { name: nameOf(words.missingFile), input: `${words.missing(missing)}\n` };
}

function counting(onBytes: (count: number) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
}
