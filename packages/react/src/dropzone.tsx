"use client";

import type { CSSProperties, ReactNode, Ref } from "react";
import { type DropOptions, useDrop } from "./use-drop.ts";

export type DropzoneProps = DropOptions & {
  /** A ref to the file input. Its `click()` opens the file dialog of the browser. */
  inputRef?: Ref<HTMLInputElement> | undefined;
  className?: string | undefined;
  /** The content of the label. Screen readers read its text as the name of the input. */
  children?: ReactNode;
};

/** Makes the input invisible. The input can still get the focus. */
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
 * A label around a file input, without styles. To add files, the user clicks the label, presses Space on it, or drops files on it.
 *
 * In your styles, use `data-dragging` and `data-disabled`. For the focus of the input, use `:focus-within`.
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
    // Keyboard users use the input. The label only adds clicks and drops.
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
