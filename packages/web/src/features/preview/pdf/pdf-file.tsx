import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Skeleton } from "../../../components/states.tsx";
import { openPdf } from "../../../files/pdf/open-pdf.ts";
import { previewTexts } from "../../../texts/en/preview.ts";
import { fileReader } from "../file-reader.ts";
import { type PreviewFailure, PreviewFailureView } from "../preview-failure.tsx";
import { swipeable } from "../use-swipe.ts";
import { PdfPage } from "./pdf-page.tsx";
import { nextZoom } from "./zoom.ts";
import { ZoomBar } from "./zoom-bar.tsx";

/** The maximum width of a page. A wider page is not easier to read. Pixels. */
const MAX_WIDTH = 900;

/** `ratio` is the height of the first page divided by its width. The other pages use this ratio until they are drawn. */
type Opened = { pdf: PDFDocumentProxy; ratio: number };

/**
 * Shows the pages of a PDF with pdf.js, because the page can't use the viewer of the browser. Browsers on phones have no PDF viewer. On
 * desktops, the `sandbox` policy of the bucket blocks the viewer.
 */
export function PdfFile({ file }: { file: Attachment }) {
  const [opened, setOpened] = useState<Opened>();
  const [failure, setFailure] = useState<PreviewFailure>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the file again
  useEffect(() => {
    const source = { sizeBytes: file.sizeBytes, read: fileReader(file.id) };
    const task = openPdf(source, (error) => setFailure({ error }));
    task.promise
      .then(async (pdf) => {
        const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
        setOpened({ pdf, ratio: height / width });
      })
      .catch((error: unknown) => task.destroyed || setFailure(failureOf(error)));
    return () => void task.destroy();
  }, [file.id, attempt]);
  if (failure !== undefined) {
    const onRetry = () => {
      setFailure(undefined);
      setOpened(undefined);
      setAttempt(attempt + 1);
    };
    return <PreviewFailureView file={file} failure={failure} onRetry={onRetry} />;
  }
  if (opened === undefined) return <Skeleton className="absolute inset-x-4 inset-y-4 md:inset-x-1/4 bg-line!" />;
  return <Pages {...opened} filename={file.filename} />;
}

function Pages({ pdf, ratio, filename }: Opened & { filename: string }) {
  const list = useRef<HTMLDivElement>(null);
  const fitted = Math.min(useWidth(list), MAX_WIDTH);
  const [zoom, setZoom] = useState(1);
  const width = Math.floor(fitted * zoom);
  useMiddle(list, width);
  const numbers = useMemo(() => Array.from({ length: pdf.numPages }, (_, index) => index + 1), [pdf]);
  const [current, setCurrent] = useState(1);
  const updateCurrent = useCallback(() => {
    const middle = (list.current?.getBoundingClientRect().top ?? 0) + (list.current?.clientHeight ?? 0) / 2;
    const pages = [...(list.current?.children ?? [])];
    const below = pages.findIndex((page) => page.getBoundingClientRect().top > middle);
    setCurrent(below === -1 ? pages.length : Math.max(1, below));
  }, []);
  return (
    <>
      <section
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        aria-label={filename}
        onScroll={updateCurrent}
        onKeyDown={({ key, altKey, ctrlKey, metaKey }) => {
          if (altKey || ctrlKey || metaKey) return;
          const by = ({ "+": 1, "=": 1, "-": -1 } as const)[key];
          if (by !== undefined) setZoom(nextZoom(zoom, by) ?? zoom);
          if (key === "0") setZoom(1);
        }}
        className={clsx(
          "flex size-full flex-col items-center-safe gap-3 overflow-auto p-2 pb-16 md:px-16 md:pt-4",
          zoom <= 1 && swipeable,
        )}
      >
        {width > 0 &&
          numbers.map((number) => <PdfPage key={number} number={number} pdf={pdf} width={width} ratio={ratio} />)}
      </section>
      <ZoomBar
        zoom={zoom}
        onZoom={setZoom}
        page={pdf.numPages > 1 ? previewTexts.page(current, pdf.numPages) : undefined}
      />
    </>
  );
}

/** The inner width of an element. Pixels. 0 before the first measurement. */
function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(
      ([entry]) => entry !== undefined && setWidth(Math.floor(entry.contentRect.width)),
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

/** When the width of the pages changes, scrolls so that the same point stays in the middle of the visible part. */
function useMiddle(ref: RefObject<HTMLElement | null>, width: number): void {
  const before = useRef(width);
  useLayoutEffect(() => {
    const list = ref.current;
    const ratio = width / before.current;
    before.current = width;
    if (list === null || !Number.isFinite(ratio) || ratio === 0) return;
    const { clientWidth, clientHeight } = list;
    list.scrollTop = (list.scrollTop + clientHeight / 2) * ratio - clientHeight / 2;
    list.scrollLeft = (list.scrollLeft + clientWidth / 2) * ratio - clientWidth / 2;
  }, [ref, width]);
}

function failureOf(error: unknown): PreviewFailure {
  return error instanceof Error && error.name === "PasswordException" ? "locked" : "unshowable";
}
