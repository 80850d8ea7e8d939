import type { Attachment } from "@valetkey/client";
import { useRef } from "react";
import { onDemand } from "../../components/on-demand.tsx";

export type PreviewOverlayProps = {
  /** What can be shown, in the order of the list. */
  files: Attachment[];
  /** The file that is shown; undefined: none. */
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

/** One file, large, over the page; what it takes to show one is loaded with the first. */
export function PreviewOverlay(props: PreviewOverlayProps) {
  const wasOpened = useRef(false);
  wasOpened.current = props.selectedId !== undefined || (wasOpened.current && isLoaded);
  if (!wasOpened.current) return null;
  return <Overlay {...props} />;
}
