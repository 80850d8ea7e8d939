import { pathOf } from "@valetkey/client";

/** A file that a person chose or dropped. `path` is the folder of the file, such as "photos/2024/". */
export type PickedFile = { file: File; path?: string | undefined };

// This collator sorts "day 10" after "day 9".
const names = /* @__PURE__ */ new Intl.Collator(undefined, { numeric: true });

export const comparePaths: (a: string, b: string) => number = names.compare;

/** Groups files by folder. Files without a folder come first. In each folder, the order of the files stays the same. */
export function inFolders<File extends { path?: string | undefined }>(
  files: readonly File[],
): { path: string; files: File[] }[] {
  const folders = Map.groupBy(files, ({ path = "" }) => path);
  return [...folders]
    .map(([path, ofFolder]) => ({ path, files: ofFolder }))
    .sort((a, b) => comparePaths(a.path, b.path));
}

/** Splits a folder path for display: the outer folders, and the last folder. */
export function splitPath(path: string): { around: string; last: string } {
  const start = path.lastIndexOf("/", path.length - 2) + 1;
  return { around: path.slice(0, start), last: path.slice(start).replace(/\/$/, "") };
}

/** Returns the files of an input that chooses a folder (`webkitdirectory`), with their folder paths. */
export function filesOfFolder(files: FileList | null): PickedFile[] {
  return [...(files ?? [])]
    .filter(({ name }) => !isOfSystem(name))
    .map((file) => ({ file, path: pathOf(file) }))
    .sort((a, b) => comparePaths(a.file.webkitRelativePath, b.file.webkitRelativePath));
}

/** Returns whether the operating system itself puts files with this name into folders. */
function isOfSystem(name: string): boolean {
  return /^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(name);
}

type ReadOptions<Own> = {
  max: number;
  /** Returns a dropped file that is not in a folder. */
  ownOf: (item: DataTransferItem) => Own | undefined;
};

/**
 * Lists dropped files, and the files in dropped folders. If there are more than `max` files, returns undefined and reads no file. Rejects
 * if a folder cannot be read.
 *
 * The caller must be the event handler, because the browser gives no access to the files after the event.
 */
export async function readDropped<Own extends PickedFile = PickedFile>(
  { items }: DataTransfer,
  { max, ownOf }: ReadOptions<Own>,
): Promise<(Own | PickedFile)[] | undefined> {
  const dropped = Array.from(items, (item) => ({ entry: item.webkitGetAsEntry(), own: ownOf(item) }));
  const listed: (Own | FileSystemFileEntry)[] = [];
  for (const { entry, own } of dropped) {
    if (entry?.isDirectory) listed.push(...(await listFolder(entry as FileSystemDirectoryEntry, max)));
    else if (own !== undefined) listed.push(own);
    if (listed.length > max) return undefined;
  }
  const files: (Own | PickedFile)[] = [];
  for (const each of listed) files.push("fullPath" in each ? await openEntry(each) : each);
  return files;
}

/** Lists the files in a folder and in its subfolders, sorted by path. Stops soon after more than `max` files. */
async function listFolder(folder: FileSystemDirectoryEntry, max: number): Promise<FileSystemFileEntry[]> {
  const files: FileSystemFileEntry[] = [];
  const list = async (from: FileSystemDirectoryEntry) => {
    const reader = from.createReader();
    while (files.length <= max) {
      // Each call returns at most 100 entries. A call without entries is the last call.
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (entries.length === 0) return;
      for (const entry of entries) {
        if (entry.isDirectory) await list(entry as FileSystemDirectoryEntry);
        else if (!isOfSystem(entry.name)) files.push(entry as FileSystemFileEntry);
      }
    }
  };
  await list(folder);
  return files.sort((a, b) => comparePaths(a.fullPath, b.fullPath));
}

async function openEntry(entry: FileSystemFileEntry): Promise<PickedFile> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return { file, path: pathOf({ webkitRelativePath: entry.fullPath.slice(1) }) };
}
