"use client";

import { useRef, useState } from "react";
import { acceptsFile, isFolder } from "./accepts-file.ts";

export type DropOptions = {
  /** Called with the files that the user picks or drops. Pass, for example, `add` of `useUploads`. */
  onFiles: (files: File[]) => void;
  /** Called with dropped files that `accept` or `multiple` excludes, and with dropped folders. Default: ignores these files and folders. */
  onRejected?: ((files: File[]) => void) | undefined;
  /** Called with the dropped data instead of `onFiles`, so that you can read folders. After the call, the data is no longer readable. */
  onDrop?: ((data: DataTransfer) => void) | undefined;
  /** The accepted types, as in `accept` of an input, such as `image/*,.pdf`. Default: every type. The server also checks the type. */
  accept?: string | undefined;
  /** Whether the user can add several files at once. Default: true. */
  multiple?: boolean | undefined;
  /** Accepts no files. If the user drops a file, the browser does not open the file in place of the page. */
  disabled?: boolean | undefined;
};

/** The members that a drag event of React and a drag event of the browser have in common. */
type DropEvent = Pick<DragEvent, "target" | "dataTransfer" | "defaultPrevented" | "preventDefault">;

/** Makes handlers for the drag events of an element or a page. The handlers ignore a drag without files. */
export function useDrop({ onFiles, onRejected, onDrop, accept, multiple = true, disabled = false }: DropOptions) {
  const [isDragging, setIsDragging] = useState(false);
  // The browser reports that a drag enters the next element before it reports that the drag leaves the previous one. So the drag has left
  // the page only when it leaves the element that it entered last.
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
        // Without this call, the browser would open the file in place of the page.
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
