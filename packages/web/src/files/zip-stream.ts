import { makeZip } from "client-zip";
import { createUniqueNames } from "./unique-names.ts";

export type ZipSource = {
  filename: string;
  sizeBytes: number;
  lastModified: Date;
  /** Starts to read the file. */
  open(): Promise<ReadableStream<Uint8Array>>;
};

export type ZipJob = {
  signal: AbortSignal;
  /** The file that the ZIP reads now. */
  reading: string | undefined;
  /** The names of the files that could not be opened. The ZIP leaves them out. */
  missing: string[];
  onBytes(count: number): void;
};

/** The name and the text of the file in the ZIP that lists the missing files. */
type ZipWords = { missingFile: string; missing(names: readonly string[]): string };

/** Makes a ZIP. Opens each file only when the ZIP needs it, because the URL of a file expires. */
export function zipStream(
  sources: readonly ZipSource[],
  { job, words }: { job: ZipJob; words: ZipWords },
): ReadableStream<Uint8Array> {
  return makeZip(readFiles(sources, { job, words }));
}

async function* readFiles(sources: readonly ZipSource[], { job, words }: { job: ZipJob; words: ZipWords }) {
  const nameOf = createUniqueNames();
  for (const { filename, sizeBytes, lastModified, open } of sources) {
    job.reading = filename;
    try {
      const stream = await open();
      yield {
        name: nameOf(filename.replaceAll(/[/\\]/g, "_")),
        lastModified,
        size: sizeBytes,
        input: stream.pipeThrough(countBytes(job)),
      };
    } catch (error) {
      if (job.signal.aborted) throw error;
      job.missing.push(filename);
    }
  }
  // The user may give the ZIP to other people, so the ZIP itself must say that it is incomplete.
  if (job.missing.length > 0) yield { name: nameOf(words.missingFile), input: `${words.missing(job.missing)}\n` };
}

function countBytes({ onBytes }: ZipJob): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
}
