import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Skeleton } from "../../components/states.tsx";
import { drawPage, openPdf } from "../../files/pdf.ts";
import { previewTexts } from "../../texts/en/preview.ts";
import { fileReader, type PreviewFailure, PreviewFailureView } from "./preview-failure.tsx";
import { swipeable } from "./use-swipe.ts";
import { nextZoom, ZoomBar } from "./zoom-bar.tsx";

/** The maximum width of a PDF page in pixels. Wider pages are not easier to read. */
const MAX_WIDTH = 900;

/** `ratio` is the height of the first page divided by its width. All other pages have this ratio until they are drawn. */
type Opened = { pdf: PDFDocumentProxy; ratio: number };

/**
 * Shows the pages of a PDF with pdf.js, because the app cannot use the PDF viewer of the browser. Browsers on phones have no PDF viewer,
 * and on desktops the `sandbox` policy of the bucket blocks the viewer.
 */
export function PdfFile({ file }: { file: Attachment }) {
  const [opened, setOpened] = useState<Opened>();
  const [failure, setFailure] = useState<PreviewFailure>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the file again
  useEffect(() => {
    const source = { sizeBytes: file.sizeBytes, read: fileReader(file.id) };
    const aborter = new AbortController();
    const { signal } = aborter;
    openPdf(source, { signal, onFailure: (error) => setFailure({ error }) })
      .then(async (pdf) => {
        const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
        setOpened({ pdf, ratio: height / width });
      })
      .catch((error: unknown) => signal.aborted || setFailure(failureOf(error)));
    return () => aborter.abort();
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
      <ZoomBar zoom={zoom} onZoom={setZoom} page={previewTexts.page(current, pdf.numPages)} />
    </>
  );
}

/** Returns the inner width of an element in pixels, or 0 before the first measurement. */
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

/** When the width of the pages changes, scrolls so that the same point stays in the middle of the view. */
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

type PdfPageProps = {
  pdf: PDFDocumentProxy;
  number: number;
  /** The width of the page in pixels. */
  width: number;
  /** The height of the page divided by its width, until the page is drawn. */
  ratio: number;
};

/** Draws a page only while the page is near the viewport, because a drawn page uses megabytes of memory. */
function PdfPage({ pdf, number, width, ratio }: PdfPageProps) {
  const page = useRef<HTMLElement>(null);
  const isNear = useIsNearViewport(page);
  const [ownRatio, setOwnRatio] = useState(ratio);
  const text = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!isNear || canvas.current === null || text.current === null) return;
    const aborter = new AbortController();
    const target = { canvas: canvas.current, text: text.current, onRatio: setOwnRatio };
    // A damaged page stays white, because the other pages may be intact. `PdfFile` shows the errors of the connection.
    drawPage(pdf, { ...target, number, width, signal: aborter.signal }).catch(() => undefined);
    return () => aborter.abort();
  }, [pdf, number, width, isNear]);
  return (
    <section
      ref={page}
      aria-label={previewTexts.page(number, pdf.numPages)}
      className="relative shrink-0 border bg-paper"
      style={{ width, height: Math.round(width * ownRatio) }}
    >
      {isNear && (
        <>
          <canvas ref={canvas} className="size-full" />
          <div ref={text} className="pdf-text" />
        </>
      )}
    </section>
  );
}

/** Returns whether an element is in or near the viewport. Near means closer than the height of the element's parent. */
function useIsNearViewport(ref: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (ref.current === null) return;
    const onChange = ([entry]: IntersectionObserverEntry[]) => setNear(entry?.isIntersecting === true);
    const observer = new IntersectionObserver(onChange, { root: ref.current.parentElement, rootMargin: "100% 0px" });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return isNear;
}
