import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { previewTexts } from "../../texts/en/preview.ts";
import { fileReader } from "./file-reader.ts";
import { DownloadLink, PreviewFailureView } from "./preview-failure.tsx";
import { ONCE } from "./svg-file.tsx";
import { FormattedText } from "./text/formatted-text.tsx";
import { textFormatOf } from "./text/text-format.ts";
import { wholeLines } from "./text/whole-lines.ts";
import { swipeable } from "./use-swipe.ts";

const words = previewTexts;

/** The number of bytes that the page shows of a longer text. */
const SHOWN_BYTES = 256 * 1024;

/** Shows a file as text. Markdown and tables are formatted, and can be shown as plain text. HTML and scripts stay text. */
export function TextFile({ file }: { file: Attachment }) {
  const [isPlain, setPlain] = useState(false);
  const format = textFormatOf(file);
  const text = useQuery({ queryKey: ["file-text", file.id], queryFn: ({ signal }) => readText(file, signal), ...ONCE });
  if (text.isError) {
    return <PreviewFailureView file={file} failure={{ error: text.error }} onRetry={() => void text.refetch()} />;
  }
  if (text.data === undefined) return <TextSkeleton />;
  const isCut = file.sizeBytes > SHOWN_BYTES;
  return (
    <div className="flex size-full flex-col md:px-16 md:py-4">
      {(isCut || format !== "plain") && (
        <div className="flex flex-wrap items-center justify-end gap-2 border-b bg-surface px-4 py-2 text-muted text-small md:rounded-t-card md:border md:border-b-0">
          {isCut && <p className="mr-auto">{words.cut}</p>}
          {format !== "plain" && (
            <Button kind="quiet" onClick={() => setPlain(!isPlain)}>
              {isPlain ? words.formatted : words.plain}
            </Button>
          )}
          {isCut && <DownloadLink file={file} />}
        </div>
      )}
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        aria-label={file.filename}
        className={clsx(
          "min-h-0 grow overflow-auto bg-surface px-4 py-3 font-mono text-small md:border",
          (format === "plain" || isPlain) && "whitespace-pre-wrap break-words",
          swipeable,
        )}
      >
        {text.data === "" && words.empty}
        {text.data !== "" && (format === "plain" || isPlain) && text.data}
        {text.data !== "" && format !== "plain" && !isPlain && (
          // The end of the read range may be inside a line.
          <FormattedText text={isCut ? wholeLines(text.data) : text.data} format={format} />
        )}
      </section>
    </div>
  );
}

async function readText({ id, sizeBytes }: Attachment, signal: AbortSignal): Promise<string> {
  // For an empty file, there is no range to read.
  if (sizeBytes === 0) return "";
  const to = Math.min(sizeBytes, SHOWN_BYTES);
  const bytes = await fileReader(id)({ from: 0, to, signal });
  // Decodes the bytes as a part of a stream, because the end of the range may split a character.
  return new TextDecoder(encodingOf(bytes)).decode(bytes, { stream: to < sizeBytes });
}

/** Returns the encoding that the byte order mark gives. Without a mark, the encoding is UTF-8. Source: WHATWG Encoding, "BOM sniff". */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
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
