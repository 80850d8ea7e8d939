import type { Attachment } from "@valetkey/client";
import { Suspense } from "react";
import { texts } from "../../texts/index.ts";
import { ShareDialog } from "./lazy-dialogs.ts";

const words = texts.sharing;

/** Shares one file with people, without its note. */
export function ShareFile({ attachment, onClose }: { attachment: Attachment; onClose: () => void }) {
  return (
    <Suspense>
      <ShareDialog
        subject={{ attachmentId: attachment.id }}
        title={words.shareFile(attachment.filename)}
        description={words.shareFileHint}
        onClose={onClose}
      />
    </Suspense>
  );
}
