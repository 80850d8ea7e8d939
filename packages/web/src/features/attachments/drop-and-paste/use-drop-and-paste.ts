import { type DropOptions, usePageDrop } from "@valetkey/react";
import { useEffect, useEffectEvent } from "react";
import { toasts } from "../../../service/toasts.ts";
import { texts } from "../../../texts/index.ts";
import type { ChosenFile } from "../uploads/upload.ts";
import { droppedFiles, MAX_DROPPED_FILES } from "./dropped-files.ts";
import { pastedFiles } from "./pasted-files.ts";

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
