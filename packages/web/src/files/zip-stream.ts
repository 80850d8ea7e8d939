import { createUniqueNames, type NamedFile } from "@valetkey/client";
import { makeZip } from "client-zip";

export type ZipSource = NamedFile & {
  sizeBytes: number;
  lastModified: Date;
  open(): Promise<ReadableStream<Uint8Array>>;
};

export type ZipJob = {
  signal: AbortSignal;
  reading: string | undefined;
  /** The names of the files that could not be opened, so that the ZIP does not contain them. */
  missing: string[];
  onBytes(count: number): void;
};

/** The name and the text of the file in the ZIP that lists the missing files. */
type ZipWords = { missingFile: string; missing(names: readonly string[]): string };

/** How many small files are read ahead while the ZIP waits for an earlier file. */
const READ_AHEAD = 4;
/** The maximum size in bytes of a small file. This limits the memory that files need when they are read ahead. */
const SMALL_BYTES = 256 * 1024;

/**
 * Makes a ZIP. A large file is opened only when the ZIP needs the file, because its URL expires. Small files are read ahead, because each
 * request to a distant bucket takes long.
 */
export function zipStream(
  sources: readonly ZipSource[],
  { job, words }: { job: ZipJob; words: ZipWords },
): ReadableStream<Uint8Array> {
  return makeZip(readFiles(sources, { job, words }));
}

async function* readFiles(sources: readonly ZipSource[], { job, words }: { job: ZipJob; words: ZipWords }) {
  const nameOf = createUniqueNames();
  const open = createOpen(sources);
  for (const [index, { filename, path, sizeBytes, lastModified }] of sources.entries()) {
    job.reading = filename;
    const stream = await open(index).catch((error) => {
      if (job.signal.aborted) throw error;
      job.missing.push(filename);
      return undefined;
    });
    if (stream === undefined) continue;
    const name = nameOf({ filename, path });
    yield { name, lastModified, size: sizeBytes, input: stream.pipeThrough(countBytes(job)) };
  }
  // The user may give the ZIP to other people, so the ZIP itself must list the missing files.
  if (job.missing.length > 0)
    yield { name: nameOf({ filename: words.missingFile }), input: `${words.missing(job.missing)}\n` };
}

/** Returns a function that opens the file at an index, and starts to read the small files after this file. */
function createOpen(sources: readonly ZipSource[]): (index: number) => Promise<ReadableStream<Uint8Array>> {
  const ahead = new Map<ZipSource, Promise<ReadableStream<Uint8Array>>>();
  return (index) => {
    const [source, ...next] = sources.slice(index, index + 1 + READ_AHEAD) as [ZipSource, ...ZipSource[]];
    // If a file could not be read ahead, the ZIP opens the file again.
    const opened = ahead.get(source)?.catch(() => source.open()) ?? source.open();
    ahead.delete(source);
    for (const small of next.filter(({ sizeBytes }) => sizeBytes <= SMALL_BYTES)) {
      if (ahead.has(small)) continue;
      const stream = readWhole(small);
      // The ZIP handles the error when it needs the file. Until then, this handler prevents an unhandled rejection.
      stream.catch(() => undefined);
      ahead.set(small, stream);
    }
    return opened;
  };
}

async function readWhole(source: ZipSource): Promise<ReadableStream<Uint8Array>> {
  const blob = await new Response(await source.open()).blob();
  return blob.stream();
}

function countBytes({ onBytes }: ZipJob): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
}
