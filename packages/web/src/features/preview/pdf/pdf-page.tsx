import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { type RefObject, useEffect, useRef, useState } from "react";
import { texts } from "../../../texts/index.ts";
import { drawPage } from "./draw-page.ts";
import { useNear } from "./use-near.ts";

type PdfPageProps = {
  pdf: PDFDocumentProxy;
  number: number;
  /** Pixels. */
  width: number;
  /** Height to width, as long as the page's own is not known. */
  ratio: number;
};

/** A page; it is drawn when it comes near and forgotten when it is far, for a drawn one takes megabytes. */
export function PdfPage({ pdf, number, width, ratio }: PdfPageProps) {
  const page = useRef<HTMLElement>(null);
  const isNear = useNear(page);
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
    // What can't be drawn stays white: the other pages may be fine, and that the line broke is told by the whole document.
    drawPage(pdf, { ...target, number, width, onRatio, signal: aborter.signal }).catch(() => undefined);
    return () => aborter.abort();
  }, [pdf, number, width, isNear, text, canvas, onRatio]);
}
