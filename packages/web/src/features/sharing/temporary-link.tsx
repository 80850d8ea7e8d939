import type { Attachment } from "@valetkey/client";
import { Suspense } from "react";
import { LinkDialog } from "./lazy-dialogs.ts";

/** A link to one file that works for a while, as a claim ticket. */
export function TemporaryLink({ attachment, onClose }: { attachment: Attachment; onClose: () => void }) {
  return (
    <Suspense>
      <LinkDialog attachment={attachment} onClose={onClose} />
    </Suspense>
  );
}
