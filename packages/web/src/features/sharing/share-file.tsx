import type { Attachment } from "@valetkey/client";

/** Shares one file with people, without its note. */
export function ShareFile(_props: { attachment: Attachment; onClose: () => void }) {
  return null;
}
