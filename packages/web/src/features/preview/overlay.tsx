import { Dialog } from "@base-ui/react/dialog";
import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { ChevronLeft, ChevronRight, Download, FileX2, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { buttonStyle, IconButton } from "../../components/button.tsx";
import { FileName } from "../../components/file-name.tsx";
import { Empty, Skeleton } from "../../components/states.tsx";
import { previewKindOf } from "../../files/preview-kind.ts";
import { useDownloadLink } from "../../service/download-link.ts";
import { fetchAhead } from "../../service/fetch-ahead.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { previewTexts } from "../../texts/en/preview.ts";
import { formatBytes, texts } from "../../texts/index.ts";
import { ImageFile } from "./image-file.tsx";
import { MediaFile, SvgFile } from "./media-files.tsx";
import { NoPreview, PreviewFailureView } from "./preview-failure.tsx";
import { TextFile } from "./text-file.tsx";
import { useIsZoomed, useSwipe } from "./use-swipe.ts";

const words = previewTexts;

/** The number of pictures that the viewer loads before the user steps to these pictures. */
const AHEAD = 2;

type PreviewOverlayProps = {
  /** The files that the preview can show, in the order of the list. */
  files: Attachment[];
  /** The id of the shown file. Undefined if the overlay is closed. */
  selectedId: string | undefined;
  /** Says who has access to a file. Undefined if the user may not know this. */
  describe?: ((file: Attachment) => string) | undefined;
  onSelect: (attachmentId: string) => void;
  onClose: () => void;
};

export function PreviewOverlay({ files, selectedId, describe, onSelect, onClose }: PreviewOverlayProps) {
  const popup = useRef<HTMLDivElement>(null);
  const isZoomed = useIsZoomed();
  const [tools, setTools] = useState<HTMLElement | null>(null);
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
          <TopBar
            file={file}
            toolsRef={setTools}
            facts={file === undefined ? [] : [formatBytes(file.sizeBytes), ...(describe ? [describe(file)] : [])]}
            position={files.length > 1 && index !== -1 ? words.position(index + 1, files.length) : undefined}
          />
          <div className="relative min-h-0 grow bg-sunken">
            <FileViewer
              key={lastId.current}
              file={file}
              tools={tools}
              onShown={() => fetchAhead(files.slice(index + 1, index + 1 + AHEAD))}
            />
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

/** Returns whether the element itself needs the arrow keys: a media player seeks, and a wide element scrolls. */
function hasUseForArrows(target: EventTarget): boolean {
  const isWide = target instanceof HTMLElement && target.scrollWidth > target.clientWidth && isScroller(target);
  return isWide || target instanceof HTMLMediaElement || target instanceof HTMLInputElement;
}

function isScroller(element: HTMLElement): boolean {
  return getComputedStyle(element).overflowX === "auto";
}

type TopBarProps = {
  file: Attachment | undefined;
  /** Receives the element for the buttons that the view of the file adds. */
  toolsRef: (element: HTMLElement | null) => void;
  facts: string[];
  position: string | undefined;
};

/**
 * The filename and the actions. `facts` has the size of the file, and who has access. On a phone, the bar below the file shows the
 * position.
 */
function TopBar({ file, toolsRef, facts, position }: TopBarProps) {
  const downloadLink = useDownloadLink();
  return (
    <header className="flex items-center gap-1 border-b py-2 pr-2 pl-4">
      <div className="min-w-0 grow">
        <Dialog.Title className="font-semibold">
          {file === undefined ? words.gone.title : <FileName filename={file.filename} />}
        </Dialog.Title>
        <Dialog.Description className="text-muted text-small tabular-nums">
          {facts.join(texts.common.separator)}
          {position !== undefined && <span className="max-md:hidden">{texts.common.separator + position}</span>}
        </Dialog.Description>
      </div>
      <div ref={toolsRef} className="contents" />
      {file !== undefined && (
        <a {...downloadLink(file)} className={buttonStyle({ kind: "quiet" })}>
          <Download size={18} />
          <span className="max-md:sr-only">{words.download}</span>
        </a>
      )}
      <Dialog.Close render={<IconButton label={texts.common.close} className="tooltip-below tooltip-left" />}>
        <X size={18} />
      </Dialog.Close>
    </header>
  );
}

type PreviousNextProps = { index: number; count: number; onStep: (by: -1 | 1) => void };

// The buttons have a background, so that they are visible over every file.
const atTheSide = "md:absolute md:top-1/2 md:size-10 md:rounded-full md:border md:bg-surface md:text-ink";

/** The buttons that show the previous and the next file. On a phone, these buttons are in a bar below the file. */
function PreviousNext({ index, count, onStep }: PreviousNextProps) {
  return (
    <nav
      aria-label={words.files}
      className="flex items-center justify-between border-t px-2 pb-[env(safe-area-inset-bottom)] md:contents"
    >
      <Step label={words.previous} isOff={index === 0} onClick={() => onStep(-1)} className="md:left-3">
        <ChevronLeft size={20} />
      </Step>
      <span aria-hidden="true" className="text-muted text-small tabular-nums md:hidden">
        {words.position(index + 1, count)}
      </span>
      <Step
        label={words.next}
        isOff={index === count - 1}
        onClick={() => onStep(1)}
        className="tooltip-left md:right-3"
      >
        <ChevronRight size={20} />
      </Step>
    </nav>
  );
}

type StepProps = { label: string; isOff: boolean; onClick: () => void; className: string; children: ReactNode };

/** A button that shows another file. At the last file, the button has no effect, but keeps the focus, because it is not disabled. */
function Step({ isOff, className, ...props }: StepProps) {
  return (
    <IconButton
      {...props}
      aria-disabled={isOff}
      data-counts-clicks
      className={clsx(atTheSide, "aria-disabled:cursor-default aria-disabled:opacity-50", className)}
    />
  );
}

type FileViewerProps = {
  file: Attachment | undefined;
  /** The element in the bar for the buttons of this file. */
  tools: HTMLElement | null;
  /** Runs when a picture is visible. */
  onShown: () => void;
};

function FileViewer({ file, tools, onShown }: FileViewerProps) {
  if (file === undefined) {
    const { title, hint } = previewTexts.gone;
    return (
      <Empty
        className="h-full justify-center"
        icon={<FileX2 size={28} strokeWidth={1.5} />}
        title={title}
        hint={hint}
      />
    );
  }
  const kind = previewKindOf(file);
  if (kind === "image") return <ImageFile file={file} onShown={onShown} />;
  if (kind === "svg") return <SvgFile file={file} />;
  if (kind === "video" || kind === "audio") return <MediaFile file={file} kind={kind} />;
  if (kind === "pdf") return <LazyPdfFile file={file} />;
  if (kind === "text") return <TextFile file={file} tools={tools} />;
  return <NoPreview file={file} />;
}

/**
 * Loads the code of the PDF viewer on demand, because this code is as large as the rest of the app. If the code cannot be loaded, the user
 * sees the same message as for a file that cannot be loaded.
 */
function LazyPdfFile({ file }: { file: Attachment }) {
  const code = useCode("pdf", loadPdf);
  if (code.isError) {
    return <PreviewFailureView file={file} failure={{ error: code.error }} onRetry={() => void code.refetch()} />;
  }
  if (code.data === undefined) return <Skeleton className="absolute inset-x-1/4 inset-y-4 bg-line!" />;
  return <code.data.PdfFile file={file} />;
}

const loadPdf = () => importWithRetry(() => import("./pdf-file.tsx"));
