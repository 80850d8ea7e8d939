import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Skeleton } from "../../../components/states.tsx";
import { texts } from "../../../texts/index.ts";
import { type Trouble, TroubleView } from "../trouble.tsx";
import { swipeable } from "../use-swipe.ts";
import { openPdf } from "./open-pdf.ts";
import { PdfPage } from "./pdf-page.tsx";
import { useWidth } from "./use-width.ts";

/** Wider than this no page is easier to read. Pixels. */
const MAX_WIDTH = 900;

/** A document as it lies in memory, with the size of its first page, which the others are thought to have until they are seen. */
type Opened = { pdf: PDFDocumentProxy; ratio: number };

/**
 * A PDF, its pages below one another, as wide as there is room. Drawn by pdf.js: phones have no viewer of their own, and the bucket forbids the
 * ones of desktops by its policy (`sandbox`).
 */
export function PdfFile({ file }: { file: Attachment }) {
  const [opened, setOpened] = useState<Opened>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens it again
  useEffect(() => {
    const task = openPdf(file, (error) => setTrouble({ error }));
    task.promise
      .then(async (pdf) => {
        const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
        setOpened({ pdf, ratio: height / width });
      })
      .catch((error: unknown) => task.destroyed || setTrouble(troubleOf(error)));
    return () => void task.destroy();
  }, [file.id, attempt]);
  if (trouble !== undefined) {
    const onRetry = () => {
      setTrouble(undefined);
      setOpened(undefined);
      setAttempt(attempt + 1);
    };
    return <TroubleView {...{ file, trouble, onRetry }} />;
  }
  if (opened === undefined) return <Skeleton className="absolute inset-x-4 inset-y-4 md:inset-x-1/4 bg-line!" />;
  return <Pages {...opened} filename={file.filename} />;
}

function Pages({ pdf, ratio, filename }: Opened & { filename: string }) {
  const list = useRef<HTMLDivElement>(null);
  const width = Math.min(useWidth(list), MAX_WIDTH);
  const numbers = useMemo(() => Array.from({ length: pdf.numPages }, (_, index) => index + 1), [pdf]);
  const [current, setCurrent] = useState(1);
  const follow = useCallback(() => {
    const middle = (list.current?.getBoundingClientRect().top ?? 0) + (list.current?.clientHeight ?? 0) / 2;
    const pages = [...(list.current?.children ?? [])];
    const below = pages.findIndex((page) => page.getBoundingClientRect().top > middle);
    setCurrent(below === -1 ? pages.length : Math.max(1, below));
  }, []);
  return (
    <>
      <section
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={filename}
        onScroll={follow}
        className={clsx("flex size-full flex-col items-center gap-3 overflow-auto p-2 md:px-16 md:py-4", swipeable)}
      >
        {width > 0 && numbers.map((number) => <PdfPage key={number} {...{ number, pdf, width, ratio }} />)}
      </section>
      {pdf.numPages > 1 && (
        <p className="pointer-events-none absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full border bg-surface px-3 py-1 text-muted text-small tabular-nums">
          {texts.preview.page(current, pdf.numPages)}
        </p>
      )}
    </>
  );
}

function troubleOf(error: unknown): Trouble {
  return error instanceof Error && error.name === "PasswordException" ? "locked" : "unshowable";
}
