import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type RefObject, useEffect, useRef, useState } from "react";
import { texts } from "../../../texts/index.ts";
import { drawPage } from "./draw-page.ts";
import { useIsNearViewport } from "./use-is-near-viewport.ts";

type PdfPageProps = {
  pdf: PDFDocumentProxy;
  number: number;
  /** Pixels. */
  width: number;
  /** Height divided by width, used until the page is drawn. */
  ratio: number;
};

/** Draws a page only while it is near the viewport, because a drawn page takes megabytes. */
export function PdfPage({ pdf, number, width, ratio }: PdfPageProps) {
  const page = useRef<HTMLElement>(null);
  const isNear = useIsNearViewport(page);
  const [ownRatio, setOwnRatio] = useState(ratio);
  const text = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawing({ pdf, number, width, isNear, text, canvas, onRatio: setOwnRatio });
  return (
    <section
      ref={page}
      aria-label={texts.preview.page(number, pdf.numPages)}
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

type Drawing = {
  pdf: PDFDocumentProxy;
  number: number;
  width: number;
  isNear: boolean;
  text: RefObject<HTMLDivElement | null>;
  canvas: RefObject<HTMLCanvasElement | null>;
  onRatio: (ratio: number) => void;
};

function useDrawing({ pdf, number, width, isNear, text, canvas, onRatio }: Drawing): void {
  useEffect(() => {
    if (!isNear || canvas.current === null || text.current === null) return;
    const aborter = new AbortController();
    const target = { canvas: canvas.current, text: text.current };
    // A damaged page stays white, because the others may be fine. PdfFile shows failures of the connection.
    drawPage(pdf, { ...target, number, width, onRatio, signal: aborter.signal }).catch(() => undefined);
    return () => aborter.abort();
  }, [pdf, number, width, isNear, text, canvas, onRatio]);
}
