import type { LinkFile } from "@valetkey/client";
import { readRange, readText, SHOWN_BYTES, type UrlSource } from "../../files/read-range.ts";
import { fill, h } from "../dom.ts";
import { texts } from "../texts/en.ts";

const words = texts.preview;

/** A file in the viewer, with the functions that its preview needs. */
export type Viewed = {
  file: LinkFile;
  stage: HTMLElement;
  urls: UrlSource;
  /** Aborts when the viewer closes. */
  signal: AbortSignal;
  fail(text: string): void;
};

/** Shows the start of a text. Markdown, tables and HTML appear as plain text, so that nothing in the file can change the page. */
export async function showText({ file, stage, urls, signal }: Viewed): Promise<void> {
  const { filename, sizeBytes } = file;
  const text = await readText({ sizeBytes, signal, read: (range) => readRange(urls, range) });
  fill(
    stage,
    h(
      "div",
      { class: "mx-auto flex size-full max-w-[960px] flex-col md:px-16 md:py-4" },
      sizeBytes > SHOWN_BYTES &&
        h("p", { class: "border-b bg-surface px-4 py-2 text-muted text-small md:border-x md:border-t" }, words.cut),
      h(
        "section",
        {
          tabindex: 0,
          "aria-label": filename,
          class:
            "min-h-0 grow overflow-auto whitespace-pre-wrap break-words bg-surface px-4 py-3 font-mono text-small [unicode-bidi:plaintext] md:border md:px-6 md:py-5 md:text-base",
        },
        text === "" ? words.empty : text,
      ),
    ),
  );
}
