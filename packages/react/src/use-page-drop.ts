"use client";

import { useEffect, useRef } from "react";
import { type DropOptions, useDrop } from "./use-drop.ts";

const TYPES = ["dragenter", "dragover", "dragleave", "drop"] as const;

/**
 * Accepts files that the user drops anywhere on the page. Returns whether files are dragged over the page.
 *
 * If the user drops files on a `Dropzone`, only that Dropzone gets them.
 *
 * @example
 * ```tsx
 * function Invoice({ id }: { id: string }) {
 *   const { add } = useUploads({ resource: "invoice", id });
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
