import type { Attachment } from "@valetkey/client";
import { useRef } from "react";
import { onDemand } from "../../components/on-demand.tsx";

export type PreviewOverlayProps = {
  /** The ready files of the note, in the order of the list. */
  files: Attachment[];
  /** Undefined: the preview is closed. */
  selectedId: string | undefined;
  onSelect: (attachmentId: string) => void;
  onClose: () => void;
};

let isLoaded = false;
const Overlay = onDemand(async () => {
  const { Overlay } = await import("./overlay.tsx");
  isLoaded = true;
  return Overlay;
});

/** Shows one file over the page. The first preview loads the code. */
export function PreviewOverlay(props: PreviewOverlayProps) {
  const wasOpened = useRef(false);
  wasOpened.current = props.selectedId !== undefined || (wasOpened.current && isLoaded);
  if (!wasOpened.current) return null;
  return <Overlay {...props} />;
}
