import type { ChosenFile, FileHandle } from "../uploads/upload.ts";

/** The maximum number of files in one drop. A user who drops a folder with more files probably did so by mistake. */
export const MAX_DROPPED_FILES = 500;

/**
 * Lists the dropped files and the files in dropped folders. Stops soon after MAX_DROPPED_FILES files. Rejects if a folder cannot be read.
 * Call it in the event handler, because the browser gives no access to the files after the event.
 */
export async function droppedFiles({ items }: DataTransfer): Promise<ChosenFile[]> {
  const dropped = Array.from(items, (item) => ({ entry: item.webkitGetAsEntry(), chosen: chosenOf(item) }));
  const chosen: ChosenFile[] = [];
  for (const { entry, chosen: own } of dropped) {
    if (entry?.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, chosen);
    else if (own !== undefined && chosen.length <= MAX_DROPPED_FILES) chosen.push(own);
  }
  return chosen;
}

type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/** Returns the handle of a dropped file. Returns undefined for a folder, and in a browser without file handles. Never rejects. */
async function handleOf(item: Item): Promise<FileHandle | undefined> {
  try {
    const handle = await item.getAsFileSystemHandle?.();
    return handle?.kind === "file" ? (handle as FileHandle) : undefined;
  } catch {
    return undefined;
  }
}

function chosenOf(item: DataTransferItem): ChosenFile | undefined {
  const file = item.kind === "file" ? item.getAsFile() : null;
  return file === null ? undefined : { file, handle: handleOf(item) };
}

async function readFolder(folder: FileSystemDirectoryEntry, into: ChosenFile[]): Promise<void> {
  const reader = folder.createReader();
  while (into.length <= MAX_DROPPED_FILES) {
    // Each call returns up to 100 entries. The last call returns no entries.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (entry.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, into);
      // Skips files that the operating system puts into folders.
      else if (!/^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(entry.name)) {
        const { promise, resolve, reject } = Promise.withResolvers<File>();
        (entry as FileSystemFileEntry).file(resolve, reject);
        into.push({ file: await promise });
      }
    }
  }
}
