"use client";

import { type CSSProperties, type ReactNode, type Ref, useEffect, useRef, useState } from "react";

export type DropzoneProps = DropOptions & {
  /** A ref to the file input. The `click()` of the input opens the file dialog of the browser. Default: none. */
  inputRef?: Ref<HTMLInputElement> | undefined;
  /** The class of the label. Default: none. */
  className?: string | undefined;
  /** The content of the label. Screen readers read the text of the label as the name of the input. Default: none. */
  children?: ReactNode;
};

/** The style makes the input invisible. The invisible input can still get the focus. */
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
 * Your styles can use `data-dragging` and `data-disabled`. For the focus of the input, your styles can use `:focus-within`.
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
          // With an empty value, the user can pick a file a second time.
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
 * Accepts files that the user drops anywhere on the page. Returns whether files are dragged over the page.
 *
 * If the user drops files on a `Dropzone`, only the Dropzone gets the files.
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
  /** The hook calls `onFiles` with the files that the user picks or drops. Pass, for example, `add` of `useUploads`. */
  onFiles: (files: File[]) => void;
  /**
   * The hook calls `onRejected` with dropped files that `accept` or `multiple` excludes, and with dropped folders. Without `onRejected`,
   * the hook ignores excluded files and folders. Default: none.
   */
  onRejected?: ((files: File[]) => void) | undefined;
  /**
   * The hook calls `onDrop` with the dropped data instead of `onFiles`, so that you can read folders. After the call of `onDrop`, the
   * dropped data is not readable. Default: none.
   */
  onDrop?: ((data: DataTransfer) => void) | undefined;
  /**
   * The accepted types of files, in the format of `accept` of an input, such as `image/*,.pdf`. The server
   * also checks the content type. Default: every type.
   */
  accept?: string | undefined;
  /** The member `multiple` states whether the user can add several files together. Default: true. */
  multiple?: boolean | undefined;
  /**
   * With `disabled`, the hook accepts no files. If the user drops a file on a disabled drop target, the browser does not open the file in
   * place of the page. Default: false.
   */
  disabled?: boolean | undefined;
};

/** The members that a React drag event and a browser drag event share. */
type DropEvent = Pick<DragEvent, "target" | "dataTransfer" | "defaultPrevented" | "preventDefault">;

/** Makes handlers for the drag events of an element or a page. The handlers ignore a drag without files. */
function useDrop({ onFiles, onRejected, onDrop, accept, multiple = true, disabled = false }: DropOptions) {
  const [isDragging, setIsDragging] = useState(false);
  // When a drag moves between elements, the browser first reports the entered element, and then the left element. The drag has therefore
  // left the page only when the drag leaves the last entered element.
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
        // A Dropzone inside the page has already accepted the files of the event.
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
 * Returns whether the `accept` attribute of an input permits the file. An item of `accept` is a content type, a content type with `*` at
 * the end, or the end of a filename. An empty `accept` permits every file.
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
 * Returns whether a dropped item is a folder. A browser also makes a `File` for a folder, but the `File` of a folder has no readable bytes.
 */
function isFolder(item: DataTransferItem): boolean {
  return item.webkitGetAsEntry?.()?.isDirectory === true;
}
