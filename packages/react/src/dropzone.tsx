"use client";

import { type CSSProperties, type DragEvent, type ReactNode, useState } from "react";
import { acceptsFile, isFolder } from "./accepts-file.ts";

export type DropzoneProps = {
  /** Called with the files that the user picks or drops, such as `add` of `useUploads`. */
  onFiles: (files: File[]) => void;
  /** Called with dropped files that `accept` or `multiple` excludes, and with folders. Default: they are ignored. */
  onRejected?: ((files: File[]) => void) | undefined;
  /** Types as in `accept` of an input, such as `image/*,.pdf`. Default: every type. The server decides for itself. */
  accept?: string | undefined;
  /** Default true. */
  multiple?: boolean | undefined;
  disabled?: boolean | undefined;
  className?: string | undefined;
  /** The text is the name of the input for screen readers. */
  children?: ReactNode;
};

/** Invisible, but it can have the focus. */
const HIDDEN: CSSProperties = {
  position: "absolute",
  width: 1,
  height: 1,
  margin: -1,
  padding: 0,
  border: 0,
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
};

/**
 * A label around a file input, without styles: the user clicks it, presses Space on it, or drops files on it.
 *
 * `data-dragging` and `data-disabled` are there for styles, and `:focus-within` shows the focus of the input.
 *
 * @example
 * ```tsx
 * <Dropzone onFiles={add} accept="image/*" className="dropzone">
 *   Drop photos here, or click
 * </Dropzone>;
 * ```
 */
export function Dropzone(props: DropzoneProps) {
  const { onFiles, onRejected, accept, multiple = true, disabled = false, className, children } = props;
  const [isDragging, setIsDragging] = useState(false);

  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsDragging(false);
    if (disabled) return;
    const accepted: File[] = [];
    const rejected: File[] = [];
    for (const item of event.dataTransfer.items) {
      const file = item.getAsFile();
      if (file === null) continue;
      const hasRoom = multiple || accepted.length === 0;
      (hasRoom && !isFolder(item) && acceptsFile(file, accept) ? accepted : rejected).push(file);
    }
    if (accepted.length > 0) onFiles(accepted);
    if (rejected.length > 0) onRejected?.(rejected);
  }

  return (
    // The input has the keyboard. The label adds the pointer only.
    <label
      className={className}
      data-dragging={isDragging || undefined}
      data-disabled={disabled || undefined}
      onDragOver={(event) => {
        // Otherwise the browser opens the file instead of the page.
        event.preventDefault();
        setIsDragging(!disabled);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsDragging(false);
      }}
      onDrop={drop}
    >
      <input
        type="file"
        style={HIDDEN}
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          const picked = [...(currentTarget.files ?? [])];
          // The user may pick the same file again.
          currentTarget.value = "";
          if (picked.length > 0) onFiles(picked);
        }}
      />
      {children}
    </label>
  );
}
