import { type DropOptions, usePageDrop } from "@valetkey/react";
import { useEffect, useEffectEvent } from "react";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import type { ChosenFile, FileHandle } from "./uploads/upload.ts";

const words = texts.attachments;

type Options = {
  /** If false, the page accepts no files. */
  isEnabled: boolean;
  onChosen: (files: ChosenFile[]) => void;
};

/**
 * Accepts files that the user drops anywhere on the page, or pastes. Returns whether files are dragged over the page, and the options
 * for a Dropzone on the page.
 */
export function useDropAndPaste({ isEnabled, onChosen }: Options): { isDragged: boolean; drop: DropOptions } {
  const onFiles = (files: File[]) => onChosen(files.map((file) => ({ file })));
  const drop = { disabled: !isEnabled, onFiles, onDrop: (data: DataTransfer) => void acceptDropped(data, onChosen) };
  const isDragged = usePageDrop(drop);
  const paste = useEffectEvent((event: ClipboardEvent) => {
    if (!isEnabled || isInDialog(event.target)) return;
    const files = pastedFiles(event);
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
  useEffect(() => {
    const listener = (event: ClipboardEvent) => paste(event);
    addEventListener("paste", listener);
    return () => removeEventListener("paste", listener);
  }, []);
  return { isDragged, drop };
}

async function acceptDropped(data: DataTransfer, onChosen: Options["onChosen"]): Promise<void> {
  try {
    const files = await droppedFiles(data);
    onChosen(files.slice(0, MAX_DROPPED_FILES));
    if (files.length > MAX_DROPPED_FILES) toasts.add({ title: words.tooMany(MAX_DROPPED_FILES), timeout: 0 });
  } catch {
    toasts.add({ title: words.unreadable, priority: "high" });
  }
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=dialog]") !== null;
}

/** The maximum number of files in one drop. A user who drops a folder with more files probably did so by mistake. */
const MAX_DROPPED_FILES = 500;

/**
 * Lists the dropped files and the files in dropped folders. Stops soon after MAX_DROPPED_FILES files. Rejects if a folder cannot be read.
 * The caller must be the event handler, because the browser gives no access to the files after the event.
 */
async function droppedFiles({ items }: DataTransfer): Promise<ChosenFile[]> {
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
      // Operating systems put these files into folders.
      else if (!/^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(entry.name)) {
        const { promise, resolve, reject } = Promise.withResolvers<File>();
        (entry as FileSystemFileEntry).file(resolve, reject);
        into.push({ file: await promise });
      }
    }
  }
}

/** Lists the pasted files. If the clipboard also contains text, a paste into a text field pastes only the text, so there are no files. */
function pastedFiles({ clipboardData, target }: ClipboardEvent): File[] {
  const files = [...(clipboardData?.files ?? [])];
  const isTextField =
    target instanceof HTMLElement && target.matches("input, textarea, [contenteditable] *, [contenteditable]");
  if (isTextField && clipboardData?.types.includes("text/plain")) return [];
  return files.map(withOwnName);
}

/** Gives a pasted image a name with the time, because browsers give every copied image the same name. */
function withOwnName(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const now = new Date();
  // The local time, such as "2026-11-24T22:13:05", so that names sort by time.
  const localTime = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  const [day, time] = localTime.slice(0, 19).split("T");
  const extension = file.name.slice(file.name.lastIndexOf("."));
  const name = texts.attachments.pasted(`${day} ${time?.replaceAll(":", ".")}`) + extension;
  return new File([file], name, { type: file.type, lastModified: now.getTime() });
}
