type SaveOptions = { suggestedName: string; types: { accept: Record<string, string[]> }[] };
type Saving = { showSaveFilePicker?: (options: SaveOptions) => Promise<FileSystemFileHandle> };

/** Where a large file is written to as it comes, and how it gets to the person in the end. */
export type ZipTarget = {
  /** Takes the whole stream. Rejects when it or the disk fails; nothing is left then. */
  write(stream: ReadableStream<Uint8Array>, options: { signal: AbortSignal }): Promise<void>;
};

/**
 * A file that the person chooses, where the browser asks for one; else one in its own storage, which becomes a download in the end.
 * To be called by a click. Undefined: the person thought better of it.
 */
export async function chooseTarget(name: string): Promise<ZipTarget | undefined> {
  const { showSaveFilePicker } = globalThis as Saving;
  if (showSaveFilePicker === undefined) return throughStorage(name);
  try {
    const types = [{ accept: { "application/zip": [".zip"] } }];
    return intoFile(await showSaveFilePicker({ suggestedName: name, types }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    return throughStorage(name);
  }
}

function intoFile(handle: FileSystemFileHandle): ZipTarget {
  return {
    // What was written is thrown away when the stream fails.
    write: async (stream, { signal }) => stream.pipeTo(await handle.createWritable(), { signal }),
  };
}

function throughStorage(name: string): ZipTarget {
  return {
    async write(stream, { signal }) {
      const folder = await navigator.storage?.getDirectory?.().catch(() => undefined);
      if (folder === undefined) return save(await new Response(stream).blob(), name);
      await removeSaved(folder);
      const kept = `${PREFIX}${crypto.randomUUID()}`;
      try {
        const handle = await folder.getFileHandle(kept, { create: true });
        await stream.pipeTo(await handle.createWritable(), { signal });
        save(await handle.getFile(), name);
      } catch (error) {
        await folder.removeEntry(kept).catch(() => undefined);
        throw error;
      }
    },
  };
}

/** By its beginning it goes at sign-out. */
const PREFIX = "valetkey.zip.";
/** How long a browser may take to begin reading what it saves. Milliseconds. */
const SAVED_AFTER_MS = 60_000;

/** Removes earlier ones, also of other tabs; never rejects. What is written at this moment can't be removed, and stays. */
async function removeSaved(folder: FileSystemDirectoryHandle): Promise<void> {
  try {
    for await (const [name, entry] of folder.entries()) {
      if (!name.startsWith(PREFIX) || !(entry instanceof FileSystemFileHandle)) continue;
      const { lastModified } = await entry.getFile();
      if (Date.now() - lastModified > SAVED_AFTER_MS) await folder.removeEntry(name).catch(() => undefined);
    }
  } catch {
    // They go at sign-out.
  }
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), SAVED_AFTER_MS);
}
