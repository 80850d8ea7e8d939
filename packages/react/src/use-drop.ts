"use client";

import { useRef, useState } from "react";
import { acceptsFile, isFolder } from "./accepts-file.ts";

export type DropOptions = {
  /** Called with the files that the user picks or drops, such as `add` of `useUploads`. */
  onFiles: (files: File[]) => void;
  /** Called with dropped files that `accept` or `multiple` excludes, and with folders. Default: these files and folders are ignored. */
  onRejected?: ((files: File[]) => void) | undefined;
  /** Called with dropped data instead of `onFiles`, to read folders. After the call, the browser withdraws the data. */
  onDrop?: ((data: DataTransfer) => void) | undefined;
  /** Types as in `accept` of an input, such as `image/*,.pdf`. Default: every type. The server checks the type itself. */
  accept?: string | undefined;
  /** Default true. */
  multiple?: boolean | undefined;
  /** Accepts nothing. A dropped file still does not replace the page. */
  disabled?: boolean | undefined;
};

/** The members that the events of React and of the browser share. */
type DropEvent = Pick<DragEvent, "target" | "dataTransfer" | "defaultPrevented" | "preventDefault">;

/** Handles the drag events of an element or a page. It ignores a drag without files. */
export function useDrop({ onFiles, onRejected, onDrop, accept, multiple = true, disabled = false }: DropOptions) {
  const [isDragging, setIsDragging] = useState(false);
  // A drag enters the next element before it leaves the previous element. The drag is over when it leaves the element that it entered
  // last.
  const entered = useRef<EventTarget | null>(null);

  function accepted(data: DataTransfer): void {
    const files: File[] = [];
    const rejected: File[] = [];
    for (const item of data.items) {
      const file = item.getAsFile();
      if (file === null) continue;
      const hasRoom = multiple || files.length === 0;
      (hasRoom && !isFolder(item) && acceptsFile(file, accept) ? files : rejected).push(file);
    }
    if (files.length > 0) onFiles(files);
    if (rejected.length > 0) onRejected?.(rejected);
  }

  return {
    isDragging,
    handlers: {
      dragenter(event: DropEvent): void {
        if (!hasFiles(event.dataTransfer)) return;
        entered.current = event.target;
        event.preventDefault();
        setIsDragging(!disabled);
      },
      dragover(event: DropEvent): void {
        if (!hasFiles(event.dataTransfer)) return;
        // Without this call, the browser would replace the page by the file.
        event.preventDefault();
        event.dataTransfer.dropEffect = disabled ? "none" : "copy";
      },
      dragleave({ target }: DropEvent): void {
        if (target === entered.current) setIsDragging(false);
      },
      drop(event: DropEvent): void {
        setIsDragging(false);
        // A Dropzone inside the page has already accepted the files.
        if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
        event.preventDefault();
        if (!disabled) (onDrop ?? accepted)(event.dataTransfer);
      },
    },
  };
}

function hasFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes("Files") === true;
}
