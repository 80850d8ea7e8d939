import type { ChosenFile } from "../uploads/begin-uploads.ts";
import { handleOf } from "../uploads/file-handle.ts";

/** Folders may hold anything; more than this is hardly meant. */
export const MAX_FILES = 500;

/** Whether something that is dragged holds files. */
export function holdsFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes("Files") ?? false;
}

/**
 * What was dropped, the files in folders too; one more than the most when there are more. Rejects when a folder can't be read. To be called
 * within the event, which takes the files away when it is over.
 */
export async function droppedFiles({ items }: DataTransfer): Promise<ChosenFile[]> {
  const dropped = Array.from(items, (item) => ({ entry: item.webkitGetAsEntry(), chosen: chosenOf(item) }));
  const chosen: ChosenFile[] = [];
  for (const { entry, chosen: own } of dropped) {
    if (entry?.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, chosen);
    else if (own !== undefined && chosen.length <= MAX_FILES) chosen.push(own);
  }
  return chosen;
}

function chosenOf(item: DataTransferItem): ChosenFile | undefined {
  const file = item.kind === "file" ? item.getAsFile() : null;
  return file === null ? undefined : { file, handle: handleOf(item) };
}

async function readFolder(folder: FileSystemDirectoryEntry, into: ChosenFile[]): Promise<void> {
  const reader = folder.createReader();
  while (into.length <= MAX_FILES) {
    // It answers a hundred at a time, and none when it is through.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (entry.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, into);
      // What systems leave in folders is nobody's file.
      else if (!/^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(entry.name)) {
        into.push({ file: await fileOf(entry as FileSystemFileEntry) });
      }
    }
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
