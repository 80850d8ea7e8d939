import { useEffect, useState } from "react";
import { toasts } from "../../../service/toasts.ts";
import { texts } from "../../../texts/index.ts";
import type { ChosenFile } from "../uploads/upload.ts";
import { droppedFiles, holdsFiles, MAX_FILES } from "./dropped-files.ts";
import { pastedFiles } from "./pasted-files.ts";

const words = texts.attachments;

type DropAndPasteOptions = {
  /** false: the page accepts no files. A dropped file does not replace the page all the same. */
  isEnabled: boolean;
  onChosen: (files: ChosenFile[]) => void;
};

/** Accepts files that are dropped anywhere on the page or pasted into it. Returns whether files are dragged over the page. */
export function useDropAndPaste({ isEnabled, onChosen }: DropAndPasteOptions): boolean {
  const [isDragged, setDragged] = useState(false);
  useEffect(() => {
    // A drag enters the next element before it leaves the last one. It has left the page when it leaves the one it entered last.
    let entered: EventTarget | null = null;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return;
      entered = event.target;
      event.preventDefault();
      setDragged(isEnabled);
    };
    const over = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = isEnabled ? "copy" : "none";
    };
    const leave = (event: DragEvent) => {
      if (event.target === entered) setDragged(false);
    };
    const drop = (event: DragEvent) => {
      setDragged(false);
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (isEnabled) void acceptDropped(event.dataTransfer, onChosen);
    };
    const paste = (event: ClipboardEvent) => {
      if (!isEnabled || isInDialog(event.target)) return;
      const files = pastedFiles(event);
      if (files.length === 0) return;
      event.preventDefault();
      onChosen(files.map((file) => ({ file })));
    };
    const listeners = { dragenter: enter, dragover: over, dragleave: leave, drop, paste };
    for (const [type, listener] of Object.entries(listeners)) addEventListener(type, listener as EventListener);
    return () => {
      for (const [type, listener] of Object.entries(listeners)) removeEventListener(type, listener as EventListener);
    };
  }, [isEnabled, onChosen]);
  return isDragged;
}

async function acceptDropped(data: DataTransfer, onChosen: DropAndPasteOptions["onChosen"]): Promise<void> {
  try {
    const files = await droppedFiles(data);
    onChosen(files.slice(0, MAX_FILES));
    if (files.length > MAX_FILES) toasts.add({ title: words.tooMany(MAX_FILES), timeout: 0 });
  } catch {
    toasts.add({ title: words.unreadable, priority: "high" });
  }
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=dialog]") !== null;
}
