import type { Attachment } from "@valetkey/client";
import { lazy, Suspense, useRef } from "react";

export type PreviewOverlayProps = {
  /** What can be shown, in the order of the list. */
  files: Attachment[];
  /** The file that is shown; undefined: none. */
  selectedId: string | undefined;
  onSelect: (attachmentId: string) => void;
  onClose: () => void;
};

const Overlay = lazy(() => import("./overlay.tsx").then((module) => ({ default: module.Overlay })));

/** One file, large, over the page; what it takes to show one is loaded with the first. */
export function PreviewOverlay(props: PreviewOverlayProps) {
  const wasOpened = useRef(false);
  wasOpened.current ||= props.selectedId !== undefined;
  if (!wasOpened.current) return null;
  return (
    <Suspense>
      <Overlay {...props} />
    </Suspense>
  );
}
