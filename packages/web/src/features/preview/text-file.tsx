import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { CodeXml, Eye } from "lucide-react";
import { useState } from "react";
import { createPortal } from "react-dom";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { readText, SHOWN_BYTES } from "../../files/read-range.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { previewTexts } from "../../texts/en/preview.ts";
import { ONCE } from "./media-files.tsx";
import { DownloadLink, fileReader, PreviewFailureView } from "./preview-failure.tsx";
import { swipeable } from "./use-swipe.ts";

const words = previewTexts;

/**
 * Shows a file as text. Markdown and tables are formatted, but the user can also see them as plain text. HTML and scripts always appear as
 * text. `tools` is the element for the button that switches to plain text.
 */
export function TextFile({ file, tools }: { file: Attachment; tools: HTMLElement | null }) {
  const [isPlain, setPlain] = useState(false);
  const format = textFormatOf(file);
  const text = useQuery({
    queryKey: ["file-text", file.id],
    queryFn: ({ signal }) => readText({ ...file, read: fileReader(file.id), signal }),
    ...ONCE,
  });
  if (text.isError) {
    return <PreviewFailureView file={file} failure={{ error: text.error }} onRetry={() => void text.refetch()} />;
  }
  if (text.data === undefined) return <TextSkeleton />;
  const isCut = file.sizeBytes > SHOWN_BYTES;
  return (
    <div className="mx-auto flex size-full max-w-[960px] flex-col md:px-16 md:py-4">
      {format !== "plain" &&
        tools !== null &&
        createPortal(
          <Button kind="quiet" onClick={() => setPlain(!isPlain)}>
            {isPlain ? <Eye size={18} /> : <CodeXml size={18} />}
            <span className="max-md:sr-only">{isPlain ? words.formatted : words.plain}</span>
          </Button>,
          tools,
        )}
      {isCut && (
        <div className="flex flex-wrap items-center justify-between gap-2 border-b bg-surface px-4 py-2 text-muted text-small md:rounded-t-card md:border md:border-b-0">
          <p>{words.cut}</p>
          <DownloadLink file={file} />
        </div>
      )}
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        aria-label={file.filename}
        className={clsx(
          "min-h-0 grow overflow-auto bg-surface px-4 py-3 font-mono text-small md:border md:px-6 md:py-5 md:text-base",
          isCut ? "md:rounded-b-card" : "md:rounded-card",
          (format === "plain" || isPlain) && "whitespace-pre-wrap break-words",
          swipeable,
        )}
      >
        {text.data === "" && words.empty}
        {text.data !== "" && (format === "plain" || isPlain) && text.data}
        {text.data !== "" && format !== "plain" && !isPlain && (
          // The part of the text that was read may end inside a line.
          <FormattedText text={isCut ? wholeLines(text.data) : text.data} format={format} />
        )}
      </section>
    </div>
  );
}

function TextSkeleton() {
  return (
    <div className="flex flex-col gap-3 p-4 md:px-20 md:py-8">
      <Skeleton className="h-4 w-3/4 bg-line!" />
      <Skeleton className="h-4 w-1/2 bg-line!" />
      <Skeleton className="h-4 w-2/3 bg-line!" />
      <Skeleton className="h-4 w-1/3 bg-line!" />
    </div>
  );
}

const loaders = {
  markdown: () => importWithRetry(() => import("../../components/markdown/markdown-view.tsx")),
  table: () => importWithRetry(() => import("./csv-table.tsx")),
};

type FormattedTextProps = { text: string; format: Exclude<TextFormat, "plain"> };

/** Shows Markdown or a table. HTML in the text appears as text. If the code is not loaded or cannot be loaded, the user sees plain text. */
function FormattedText({ text, format }: FormattedTextProps) {
  const markdown = useCode("markdown", loaders.markdown, { isNeeded: format === "markdown" }).data;
  const table = useCode("csv", loaders.table, { isNeeded: format === "table" }).data;
  if (format === "table" && table !== undefined) return <table.CsvTable text={text} />;
  if (format === "markdown" && markdown !== undefined) {
    return (
      <div className="mx-auto max-w-[760px] font-sans text-base">
        <markdown.MarkdownView source={text} />
      </div>
    );
  }
  return <div className="whitespace-pre-wrap break-words">{text}</div>;
}

type TextFormat = "markdown" | "table" | "plain";

const EXTENSIONS: Readonly<Record<string, TextFormat>> = {
  md: "markdown",
  markdown: "markdown",
  csv: "table",
  tsv: "table",
};
const TYPES: Readonly<Record<string, TextFormat>> = {
  "text/markdown": "markdown",
  "text/csv": "table",
  "text/tab-separated-values": "table",
};

/** Returns the format of a text. A known extension decides, and without a known extension the content type decides. */
function textFormatOf({ filename, contentType }: { filename: string; contentType: string }): TextFormat {
  const extension = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return EXTENSIONS[extension] ?? TYPES[contentType.split(";", 1)[0] ?? ""] ?? "plain";
}

/** Removes the last line if only the first part of a text is loaded, because this line may be incomplete. A single line stays. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1) || text;
}
