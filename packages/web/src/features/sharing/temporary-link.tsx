import type { Attachment } from "@valetkey/client";

/** A link to one file that works for a while, as a claim ticket. */
export function TemporaryLink(_props: { attachment: Attachment; onClose: () => void }) {
  return null;
}
