import type { NoteSummary } from "@valetkey/client";
import { type DragEvent, useState } from "react";
import { $dragged, $dropped, DRAGGED_TYPE } from "../../../service/dragged-files.ts";

/**
 * Lets the user drop files of another note onto a note in the list. With Alt (Option on a Mac), the drop copies the files. Returns the
 * current effect of a drop, and the handlers of the row.
 */
export function useDropTarget(note: NoteSummary) {
  const [effect, setEffect] = useState<"move" | "copy">();
  const effectOf = ({ dataTransfer, altKey }: DragEvent) => {
    const dragged = $dragged.get();
    if (dragged === undefined || !dataTransfer.types.includes(DRAGGED_TYPE)) return undefined;
    if (note.role === "viewer" || note.id === dragged.fromNoteId) return undefined;
    return altKey || !dragged.canMove ? "copy" : "move";
  };
  const onDragOver = (event: DragEvent) => {
    const allowed = effectOf(event);
    if (allowed === undefined) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = allowed;
    setEffect(allowed);
  };
  const onDragLeave = ({ currentTarget, relatedTarget }: DragEvent) => {
    if (!currentTarget.contains(relatedTarget as Node | null)) setEffect(undefined);
  };
  const onDrop = (event: DragEvent) => {
    const allowed = effectOf(event);
    const dragged = $dragged.get();
    setEffect(undefined);
    if (allowed === undefined || dragged === undefined) return;
    event.preventDefault();
    $dropped.set({ ...dragged, to: note, isCopy: allowed === "copy" });
  };
  return { effect, handlers: { onDragEnter: onDragOver, onDragOver, onDragLeave, onDrop } };
}
