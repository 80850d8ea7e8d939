"use client";

import type { CSSProperties, ReactNode, Ref } from "react";
import { type DropOptions, useDrop } from "./use-drop.ts";

export type DropzoneProps = DropOptions & {
  /** The file input. Its `click()` opens the dialog of the browser. */
  inputRef?: Ref<HTMLInputElement> | undefined;
  className?: string | undefined;
  /** The text is the name of the input for screen readers. */
  children?: ReactNode;
};

/** The input is invisible, but it can have the focus. */
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
 * A label around a file input, without styles. The user clicks the label, presses Space on it, or drops files on it.
 *
 * Use `data-dragging` and `data-disabled` in your styles, and `:focus-within` for the focus of the input.
 *
 * @example
 * ```tsx
 * <Dropzone onFiles={add} accept="image/*" className="dropzone">
 *   Drop photos here, or click
 * </Dropzone>;
 * ```
 */
export function Dropzone({ inputRef, className, children, ...options }: DropzoneProps) {
  const { onFiles, accept, multiple = true, disabled = false } = options;
  const { isDragging, handlers } = useDrop(options);
  return (
    // The keyboard uses the input. The label only adds the pointer.
    <label
      className={className}
      data-dragging={isDragging || undefined}
      data-disabled={disabled || undefined}
      onDragEnter={handlers.dragenter}
      onDragOver={handlers.dragover}
      onDragLeave={handlers.dragleave}
      onDrop={handlers.drop}
    >
      <input
        ref={inputRef}
        type="file"
        style={HIDDEN}
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          const picked = [...(currentTarget.files ?? [])];
          // With an empty value, the user can pick the same file again.
          currentTarget.value = "";
          if (picked.length > 0) onFiles(picked);
        }}
      />
      {children}
    </label>
  );
}
