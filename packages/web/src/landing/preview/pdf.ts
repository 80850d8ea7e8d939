import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { drawPage, openPdf } from "../../files/pdf.ts";
import { type Range, readRange } from "../../files/read-range.ts";
import { fill, h } from "../dom.ts";
import { texts } from "../texts/en.ts";
import type { Viewed } from "./text.ts";

const words = texts.preview;
/** The maximum width of a PDF page in pixels. Wider pages are not easier to read. */
const MAX_WIDTH = 900;

/** Shows the pages of a PDF with pdf.js, because browsers on phones have no PDF viewer. */
export async function showPdf({ file, stage, urls, signal, fail }: Viewed): Promise<void> {
  const read = (range: Range) => readRange(urls, range);
  try {
    const pdf = await openPdf({ sizeBytes: file.sizeBytes, read }, { signal, onFailure: () => fail(words.failed) });
    showPages(pdf, { stage, signal, filename: file.filename });
  } catch (error) {
    const isLocked = error instanceof Error && error.name === "PasswordException";
    if (!signal.aborted) fail(isLocked ? words.locked : words.failed);
  }
}

type PagesOptions = { stage: HTMLElement; signal: AbortSignal; filename: string };

function showPages(pdf: PDFDocumentProxy, { stage, signal, filename }: PagesOptions): void {
  const width = Math.min(MAX_WIDTH, stage.clientWidth - 16);
  const pages = Array.from({ length: pdf.numPages }, (_, index) => emptyPage(index + 1, { pdf, width }));
  const list = h(
    "section",
    { tabindex: 0, "aria-label": filename, class: "flex size-full flex-col items-center gap-3 overflow-auto p-2" },
    ...pages,
  );
  fill(stage, list);
  // A drawn page uses megabytes of memory, so the viewer draws only the pages in or near the viewport.
  const drawings = new Map<Element, AbortController>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        drawings.get(target)?.abort();
        drawings.delete(target);
        target.replaceChildren();
        if (!isIntersecting) continue;
        const aborter = new AbortController();
        drawings.set(target, aborter);
        draw(pdf, {
          page: target as HTMLElement,
          number: pages.indexOf(target as HTMLElement) + 1,
          width,
          signal: aborter.signal,
        });
      }
    },
    { root: list, rootMargin: "100% 0px" },
  );
  for (const page of pages) observer.observe(page);
  signal.addEventListener("abort", () => observer.disconnect());
}

function emptyPage(number: number, { pdf, width }: { pdf: PDFDocumentProxy; width: number }): HTMLElement {
  const page = h("section", {
    "aria-label": words.page(number, pdf.numPages),
    class: "relative shrink-0 border bg-paper",
  });
  page.style.width = `${width}px`;
  page.style.height = `${Math.round(width * Math.SQRT2)}px`;
  return page;
}

type Drawing = { page: HTMLElement; number: number; width: number; signal: AbortSignal };

function draw(pdf: PDFDocumentProxy, { page, number, width, signal }: Drawing): void {
  const canvas = h("canvas", { class: "size-full" });
  const text = h("div", { class: "pdf-text" });
  fill(page, canvas, text);
  const onRatio = (ratio: number) => {
    page.style.height = `${Math.round(width * ratio)}px`;
  };
  // A damaged page stays white, because the other pages may be intact.
  drawPage(pdf, { number, canvas, text, width, onRatio, signal }).catch(() => undefined);
}
