import { type DropOptions, usePageDrop } from "@valetkey/react";
import { useEffect, useEffectEvent } from "react";
import { readDropped } from "../../files/folders.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import type { ChosenFile, FileHandle } from "./uploads/upload.ts";

const words = texts.attachments;

type Options = {
  isEnabled: boolean;
  onChosen: (files: ChosenFile[]) => void;
};

/** The maximum number of files that a user can add at once. A user who adds a folder with more files probably made a mistake. */
const MAX_FILES_AT_ONCE = 1_000;

/**
 * Accepts files that the user drops anywhere on the page, or pastes. Returns whether the user drags files over the page, the options for a
 * Dropzone on the page, and a function for files that the user chooses in another way.
 */
export function useDropAndPaste({ isEnabled, onChosen }: Options) {
  const accept = (files: ChosenFile[] | undefined) => {
    if (files !== undefined && files.length <= MAX_FILES_AT_ONCE) return onChosen(files);
    toasts.add({ title: words.tooMany(MAX_FILES_AT_ONCE), timeout: 0 });
  };
  const onFiles = (files: File[]) => accept(files.map((file) => ({ file })));
  const onDrop = (data: DataTransfer) => void acceptDropped(data, accept);
  const drop: DropOptions = { disabled: !isEnabled, onFiles, onDrop };
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
  return { isDragged, drop, accept };
}

async function acceptDropped(data: DataTransfer, accept: (files: ChosenFile[] | undefined) => void): Promise<void> {
  try {
    accept(await readDropped(data, { max: MAX_FILES_AT_ONCE, ownOf: chosenOf }));
  } catch {
    toasts.add({ title: words.unreadable, priority: "high" });
  }
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=dialog]") !== null;
}

type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/**
 * Returns the handle of a dropped file. Returns undefined for a folder, and in browsers without file handles. The promise never rejects.
 */
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

/**
 * Returns the pasted files. If the clipboard also has text and the target is a text field, the paste inserts only the text, so the list is
 * empty.
 */
function pastedFiles({ clipboardData, target }: ClipboardEvent): File[] {
  const files = [...(clipboardData?.files ?? [])];
  const isTextField =
    target instanceof HTMLElement && target.matches("input, textarea, [contenteditable] *, [contenteditable]");
  if (isTextField && clipboardData?.types.includes("text/plain")) return [];
  return files.map(withOwnName);
}

/** Gives a pasted image a filename with the current time, because browsers give all pasted images the same filename. */
function withOwnName(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const now = new Date();
  // The local time, such as "2026-11-24T22:13:05", so that filenames sort by time.
  const localTime = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  const [day, time] = localTime.slice(0, 19).split("T");
  const extension = file.name.slice(file.name.lastIndexOf("."));
  const name = texts.attachments.pasted(`${day} ${time?.replaceAll(":", ".")}`) + extension;
  return new File([file], name, { type: file.type, lastModified: now.getTime() });
}
