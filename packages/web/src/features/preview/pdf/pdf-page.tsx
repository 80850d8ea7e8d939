import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type RefObject, useEffect, useRef, useState } from "react";
import { drawPage } from "../../../files/pdf/draw-page.ts";
import { previewTexts } from "../../../texts/en/preview.ts";

type PdfPageProps = {
  pdf: PDFDocumentProxy;
  number: number;
  /** The width of the page. Pixels. */
  width: number;
  /** The height of the page divided by its width. Used until the page is drawn. */
  ratio: number;
};

/** Draws a page only while it is near the viewport, because a drawn page uses megabytes of memory. */
export function PdfPage({ pdf, number, width, ratio }: PdfPageProps) {
  const page = useRef<HTMLElement>(null);
  const isNear = useIsNearViewport(page);
  const [ownRatio, setOwnRatio] = useState(ratio);
  const text = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!isNear || canvas.current === null || text.current === null) return;
    const aborter = new AbortController();
    const target = { canvas: canvas.current, text: text.current, onRatio: setOwnRatio };
    // A damaged page stays white, because the other pages may be fine. PdfFile shows failures of the connection.
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

/** Whether an element is visible, or less than the height of its parent away from the visible area. */
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
