import { makeZip } from "client-zip";

export type ZipSource = {
  filename: string;
  sizeBytes: number;
  lastModified: Date;
  /** Starts to read the file. */
  open(): Promise<ReadableStream<Uint8Array>>;
};

export type ZipJob = {
  signal: AbortSignal;
  /** The file that the ZIP is reading. */
  reading: string | undefined;
  /** The names of the files that could not be opened. The ZIP does not contain these files. */
  missing: string[];
  onBytes(count: number): void;
};

/** The name and the text of the file in the ZIP that lists the missing files. */
type ZipWords = { missingFile: string; missing(names: readonly string[]): string };

/** The number of small files that are read while the ZIP waits for an earlier file. */
const READ_AHEAD = 4;
/** The maximum size of a small file, in bytes. The limit bounds the memory for the files that are read ahead. */
const SMALL_BYTES = 256 * 1024;

/**
 * Makes a ZIP. Opens a large file only when the ZIP needs it, because the URL of a file expires. Reads some small files ahead, because each
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
  for (const [index, { filename, sizeBytes, lastModified }] of sources.entries()) {
    job.reading = filename;
    const stream = await open(index).catch((error) => {
      if (job.signal.aborted) throw error;
      job.missing.push(filename);
      return undefined;
    });
    if (stream === undefined) continue;
    const name = nameOf(filename);
    yield { name, lastModified, size: sizeBytes, input: stream.pipeThrough(countBytes(job)) };
  }
  // The user may give the ZIP to other people, so the ZIP itself must say that it is incomplete.
  if (job.missing.length > 0) yield { name: nameOf(words.missingFile), input: `${words.missing(job.missing)}\n` };
}

/** Returns a function that opens the file at this index, and starts to read the small files that follow it. */
function createOpen(sources: readonly ZipSource[]): (index: number) => Promise<ReadableStream<Uint8Array>> {
  const ahead = new Map<ZipSource, Promise<ReadableStream<Uint8Array>>>();
  return (index) => {
    const [source, ...next] = sources.slice(index, index + 1 + READ_AHEAD) as [ZipSource, ...ZipSource[]];
    // If the read-ahead of a file fails, the ZIP opens the file again.
    const opened = ahead.get(source)?.catch(() => source.open()) ?? source.open();
    ahead.delete(source);
    for (const small of next.filter(({ sizeBytes }) => sizeBytes <= SMALL_BYTES)) {
      if (ahead.has(small)) continue;
      const stream = readWhole(small);
      // The ZIP handles the error when it needs the file. Until then, the error must not be an unhandled rejection.
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

/** The longest name on most file systems. Bytes of UTF-8. */
const MAX_BYTES = 255;
/** Windows and macOS use these characters in paths, or refuse them. */
const FORBIDDEN = /[/\\:*?"<>|\p{Cc}]/gu;
/** Windows refuses these names even with an extension. Windows also removes dots and spaces at the end of a name. */
const REFUSED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * Returns a function that gives each file a unique name, which every usual file system can store. Names that differ only in case are not
 * unique: "a.txt", "a (2).txt", "A (3).txt".
 */
export function createUniqueNames(): (filename: string) => string {
  const taken = new Set<string>();
  return (filename) => {
    const [stem, extension] = split(storable(filename));
    let name = shorten(stem, extension);
    for (let count = 2; taken.has(normalise(name)); count += 1) name = shorten(stem, ` (${count})${extension}`);
    taken.add(normalise(name));
    return name;
  };
}

function storable(filename: string): string {
  const replaced = filename.replaceAll(FORBIDDEN, "_").replace(/[. ]+$/, (end) => "_".repeat(end.length));
  return REFUSED.test(replaced) ? `_${replaced}` : replaced;
}

function split(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
}

/** Removes characters from the end of the stem until the name is short enough. A long extension counts as part of the stem. */
function shorten(stem: string, end: string): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  if (bytes(end) > MAX_BYTES / 2) return shorten(stem + end, "");
  const characters = [...stem];
  while (bytes(characters.join("") + end) > MAX_BYTES) characters.pop();
  return characters.join("") + end;
}

/** Most file systems ignore case and the Unicode form of accents. Some letters, such as "ς" and "σ", have one upper case. */
function normalise(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}
