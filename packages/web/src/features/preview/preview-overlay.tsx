import type { Attachment } from "@valetkey/client";

type PreviewOverlayProps = {
  /** What can be shown, in the order of the list. */
  files: Attachment[];
  /** The file that is shown; undefined: none. */
  selectedId: string | undefined;
  onSelect: (attachmentId: string) => void;
  onClose: () => void;
};

/** One file, large, over the page. */
export function PreviewOverlay(_props: PreviewOverlayProps) {
  return null;
}
