import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { PreviewOverlay } from "../features/preview/overlay.tsx";
import { markFileSeen } from "../service/mark-seen.ts";
import { sharedFilesQuery } from "../service/queries.ts";
import type { usePreviewedFile } from "./use-previewed-file.ts";

export { ActivityFeed } from "../features/activity/activity-feed.tsx";
export { MoveFiles } from "../features/attachments/move-dialog.tsx";
export { FileLinksDialog, LinkPanel } from "../features/links/link-panel.tsx";
export { UnavailableNote } from "../features/notes/unavailable-note.tsx";
export { PreviewOverlay } from "../features/preview/overlay.tsx";
export { AccessRequests, AskForAccess } from "../features/sharing/access-requests.tsx";
export { ShareDialog } from "../features/sharing/share-dialog.tsx";
export { Palette } from "./palette.tsx";
export { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/** Shows the preview of a file that is shared without its note. */
export function SharedFilePreview({ file, show, hide }: ReturnType<typeof usePreviewedFile>) {
  const shared = useInfiniteQuery(sharedFilesQuery);
  const files = (shared.data?.pages ?? []).flatMap(({ items }) => items).filter(({ state }) => state === "ready");
  const isNew = files.some(({ id, isNew }) => id === file && isNew);
  useEffect(() => {
    if (isNew && file !== undefined) void markFileSeen(file);
  }, [isNew, file]);
  if (shared.data === undefined) return null;
  return <PreviewOverlay files={files} selectedId={file} onSelect={show} onClose={hide} />;
}
