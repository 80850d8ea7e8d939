type SaveOptions = { suggestedName: string; types: { accept: Record<string, string[]> }[] };
type FilePicker = { showSaveFilePicker?: (options: SaveOptions) => Promise<FileSystemFileHandle> };

type Save = (stream: ReadableStream<Uint8Array>, options: { signal: AbortSignal }) => Promise<void>;

/**
 * Lets the user choose where to save a file. In a browser without a file picker, the browser first stores the data, and saves the file at
 * the end. Returns undefined if the user cancels. The caller must be a click handler.
 */
export async function chooseTarget(name: string): Promise<Save | undefined> {
  const { showSaveFilePicker } = globalThis as FilePicker;
  const saveInBrowser = browserTarget(name);
  if (showSaveFilePicker === undefined) return saveInBrowser;
  try {
    const types = [{ accept: { "application/zip": [".zip"] } }];
    const handle = await showSaveFilePicker({ suggestedName: name, types });
    // If the stream fails, the browser discards the incomplete file.
    return async (stream, options) => stream.pipeTo(await handle.createWritable(), options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    return saveInBrowser;
  }
}

/** Stores the data in the browser, and lets the browser save the file at the end. */
export function browserTarget(name: string): Save {
  return (stream, { signal }) => saveInBrowserStorage(stream, { name, signal });
}

async function saveInBrowserStorage(
  stream: ReadableStream<Uint8Array>,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<void> {
  const folder = await openFolder();
  if (folder === undefined) return saveBlob(await new Response(stream).blob(), name);
  await deleteEarlierFiles(folder);
  const storedName = `${PREFIX}${crypto.randomUUID()}`;
  try {
    const handle = await folder.getFileHandle(storedName, { create: true });
    await stream.pipeTo(await handle.createWritable(), { signal });
    saveBlob(await handle.getFile(), name);
  } catch (error) {
    await folder.removeEntry(storedName).catch(() => undefined);
    throw error;
  }
}

/** The maximum size in bytes of a file in memory. A larger file could be too large for a phone. */
const MAX_IN_MEMORY = 256 * 2 ** 20;

/** Returns whether `browserTarget` can save a file of this size. */
export async function hasSpaceFor(sizeBytes: number): Promise<boolean> {
  if ((await openFolder()) === undefined) return sizeBytes <= MAX_IN_MEMORY;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return sizeBytes <= quota - usage;
}

/** Returns undefined if the browser cannot store files, or can store files only from a worker thread. */
async function openFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  const { FileSystemFileHandle } = globalThis as { FileSystemFileHandle?: { prototype: object } };
  if (FileSystemFileHandle === undefined || !("createWritable" in FileSystemFileHandle.prototype)) return undefined;
  return navigator.storage?.getDirectory?.().catch(() => undefined);
}

/** A sign-out deletes all files whose names start with this prefix. */
const PREFIX = "valetkey.zip.";
/** The time in milliseconds after which the browser has certainly started to read the saved file. */
const SAVED_AFTER_MS = 60_000;

/** Deletes the files of earlier ZIPs, except a file that another tab is writing. The promise never rejects. */
async function deleteEarlierFiles(folder: FileSystemDirectoryHandle): Promise<void> {
  try {
    for await (const [name, entry] of folder.entries()) {
      if (!name.startsWith(PREFIX) || !(entry instanceof FileSystemFileHandle)) continue;
      const { lastModified } = await entry.getFile();
      if (Date.now() - lastModified > SAVED_AFTER_MS) await folder.removeEntry(name).catch(() => undefined);
    }
  } catch {
    // The next sign-out deletes the files that remain.
  }
}

export function saveBlob(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), SAVED_AFTER_MS);
}
