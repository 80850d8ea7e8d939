import { Dialog } from "@base-ui/react/dialog";
import type { Attachment } from "@valetkey/client";
import { useRef } from "react";
import { formatBytes, texts } from "../../texts/index.ts";
import { FileViewer } from "./file-viewer.tsx";
import { PreviousNext } from "./previous-next.tsx";
import { TopBar } from "./top-bar.tsx";
import { useIsZoomed, useSwipe } from "./use-swipe.ts";

const words = texts.preview;

type PreviewOverlayProps = {
  /** The files that can be shown, in the order of the list. */
  files: Attachment[];
  /** The file that is shown. Undefined: the overlay is closed. */
  selectedId: string | undefined;
  onSelect: (attachmentId: string) => void;
  onClose: () => void;
};

/** The preview dialog. */
export function PreviewOverlay({ files, selectedId, onSelect, onClose }: PreviewOverlayProps) {
  const popup = useRef<HTMLDivElement>(null);
  const isZoomed = useIsZoomed();
  // The last file stays visible while the dialog fades out.
  const lastId = useRef(selectedId);
  lastId.current = selectedId ?? lastId.current;
  const index = files.findIndex(({ id }) => id === lastId.current);
  const file = files[index];
  const step = (by: -1 | 1) => {
    const next = index === -1 ? undefined : files[index + by];
    if (next !== undefined && selectedId !== undefined) onSelect(next.id);
  };
  return (
    <Dialog.Root open={selectedId !== undefined} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          ref={popup}
          initialFocus={popup}
          className="fixed inset-0 z-40 flex flex-col overflow-hidden bg-surface outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0 md:inset-6 md:rounded-card md:border md:shadow-float"
          onKeyDown={(event) => {
            if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || hasUseForArrows(event.target))
              return;
            if (event.key === "ArrowLeft") step(-1);
            if (event.key === "ArrowRight") step(1);
          }}
          data-zoomed={isZoomed || undefined}
          {...useSwipe(step)}
        >
          <TopBar file={file} position={positionOf(files, index)} />
          <div className="relative min-h-0 grow bg-sunken">
            <FileViewer key={lastId.current} file={file} />
          </div>
          {files.length > 1 && index !== -1 && <PreviousNext index={index} count={files.length} onStep={step} />}
          <p role="status" className="sr-only">
            {file === undefined ? words.gone.title : words.showing(file.filename, index + 1, files.length)}
          </p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function positionOf(files: readonly Attachment[], index: number): string {
  const file = files[index];
  if (file === undefined) return "";
  const size = formatBytes(file.sizeBytes);
  return files.length === 1 ? size : `${size} · ${words.position(index + 1, files.length)}`;
}

/** In players, the arrow keys seek. */
function hasUseForArrows(target: EventTarget): boolean {
  return target instanceof HTMLMediaElement || target instanceof HTMLInputElement;
}
