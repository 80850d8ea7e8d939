"use client";

import { type CSSProperties, type ReactNode, type Ref, useEffect, useRef, useState } from "react";

export type DropzoneProps = DropOptions & {
  /** A ref to the file input. Call the method `click()` of the input to open the browser's file dialog. Default: none. */
  inputRef?: Ref<HTMLInputElement> | undefined;
  /** The class of the label. Default: none. */
  className?: string | undefined;
  /** The content of the label. Screen readers read the text of the label as the name of the file input. Default: none. */
  children?: ReactNode;
};

/** Hides the file input from view, but not from the keyboard and screen readers. */
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
 * Renders a label around a file input, without styles. The user clicks the label, presses Space, or drops files on the label.
 *
 * In your styles, use `data-dragging`, `data-disabled`, and `:focus-within` for the focus of the file input.
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
    // Keyboard users use the file input. The label only handles clicks and drops.
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

const TYPES = ["dragenter", "dragover", "dragleave", "drop"] as const;

/**
 * Accepts files that the user drops anywhere on the page. Returns whether the user drags files over the page.
 *
 * If the user drops files on a `Dropzone`, only the `Dropzone` gets the files.
 *
 * @example
 * ```tsx
 * function Invoice({ itemId }: { itemId: string }) {
 *   const { add } = useUploads({ resource: "invoice", itemId });
 *   const isDragging = usePageDrop({ onFiles: add });
 *   return isDragging ? <p>Drop the files anywhere</p> : null;
 * }
 * ```
 */
export function usePageDrop(options: DropOptions): boolean {
  const { isDragging, handlers } = useDrop(options);
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const handle = (event: DragEvent) => latest.current[event.type as (typeof TYPES)[number]](event);
    for (const type of TYPES) window.addEventListener(type, handle);
    return () => {
      for (const type of TYPES) window.removeEventListener(type, handle);
    };
  }, []);
  return isDragging;
}

export type DropOptions = {
  /** Receives the files that the user picks or drops. Pass, for example, `add` of `useUploads`. */
  onFiles: (files: File[]) => void;
  /**
   * Receives dropped files that `accept` or `multiple` excludes, and dropped folders. Default: the hook ignores these files and folders.
   */
  onRejected?: ((files: File[]) => void) | undefined;
  /**
   * Receives the dropped data in place of `onFiles`, so that you can read folders. Read the data during the call, because the browser
   * deletes the data after the call. Default: none.
   */
  onDrop?: ((data: DataTransfer) => void) | undefined;
  /**
   * The accepted types of files, in the format of the attribute `accept` of an input, such as `image/*,.pdf`. The server also checks the
   * content type. Default: every type.
   */
  accept?: string | undefined;
  /** Whether the user can add several files at the same time. Default: true. */
  multiple?: boolean | undefined;
  /** If true, the hook accepts no files, and the browser does not open a dropped file in place of the page. Default: false. */
  disabled?: boolean | undefined;
};

type DropEvent = Pick<DragEvent, "target" | "dataTransfer" | "defaultPrevented" | "preventDefault">;

/** Makes handlers for the drag events of an element or of the page. The handlers ignore drags that have no files. */
function useDrop({ onFiles, onRejected, onDrop, accept, multiple = true, disabled = false }: DropOptions) {
  const [isDragging, setIsDragging] = useState(false);
  // When a drag moves to another element, the browser first reports the entered element, and then the left element. So the drag has left
  // the page only when the drag leaves the element that it entered last.
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
        // Without `preventDefault`, the browser would open the file in place of the page.
        event.preventDefault();
        event.dataTransfer.dropEffect = disabled ? "none" : "copy";
      },
      dragleave({ target }: DropEvent): void {
        if (target === entered.current) setIsDragging(false);
      },
      drop(event: DropEvent): void {
        setIsDragging(false);
        // A `Dropzone` inside the page has already accepted the dropped files.
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

/**
 * Returns whether the attribute `accept` of an input permits the file. The attribute lists content types, such as `image/png` or `image/*`,
 * and extensions, such as `.pdf`. An empty attribute permits every file.
 */
function acceptsFile({ name, type }: Pick<File, "name" | "type">, accept: string | undefined): boolean {
  const kinds = (accept ?? "").split(",").map((kind) => kind.trim().toLowerCase());
  const permitted = kinds.filter((kind) => kind !== "");
  return permitted.length === 0 || permitted.some((kind) => isKind({ name, type: type.toLowerCase() }, kind));
}

function isKind({ name, type }: { name: string; type: string }, kind: string): boolean {
  if (kind.startsWith(".")) return name.toLowerCase().endsWith(kind);
  if (kind.endsWith("*")) return type.startsWith(kind.slice(0, -1));
  return type === kind;
}

/**
 * Returns whether a dropped item is a folder. The browser also makes a `File` for a folder, but nobody can read the bytes of this `File`.
 */
function isFolder(item: DataTransferItem): boolean {
  return item.webkitGetAsEntry?.()?.isDirectory === true;
}
