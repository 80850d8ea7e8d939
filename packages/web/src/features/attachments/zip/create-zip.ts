import type { Attachment } from "@valetkey/client";
import { makeZip } from "client-zip";
import { transfers } from "../../../service/transfers.ts";
import { texts } from "../../../texts/index.ts";
import { createUniqueNames } from "./unique-names.ts";

const words = texts.attachments.zip;

type ZipOptions = {
  signal: AbortSignal;
  /** Called with the number of bytes of each piece that was downloaded. */
  onBytes: (count: number) => void;
  /** Called for each file that could not be downloaded. The ZIP leaves it out. */
  onMissing: (attachment: Attachment, error: unknown) => void;
  /** Called when the download of a file starts. */
  onFile: (attachment: Attachment) => void;
};

/** Creates a ZIP while its files are downloaded. Each URL is signed only when its file is next. */
export function createZip(attachments: readonly Attachment[], options: ZipOptions): ReadableStream<Uint8Array> {
  return makeZip(readFiles(attachments, options));
}

async function* readFiles(attachments: readonly Attachment[], { signal, onBytes, onMissing, onFile }: ZipOptions) {
  const nameOf = createUniqueNames();
  const missing: string[] = [];
  for (const attachment of attachments) {
    const { id, filename, createdAt, sizeBytes } = attachment;
    onFile(attachment);
    try {
      const { stream } = await transfers.download(id, { signal });
      const input = stream.pipeThrough(countBytes(onBytes));
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
  // People who get the ZIP from the user must know that it is incomplete.
  if (missing.length > 0) yield { name: nameOf(words.missingFile), input: `${words.missing(missing)}\n` };
}

function countBytes(onBytes: (count: number) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
}
