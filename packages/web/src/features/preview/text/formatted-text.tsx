import { importWithRetry } from "../../../service/import-with-retry.ts";
import { useCode } from "../../../service/lazy-code.ts";
import type { TextFormat } from "./text-format.ts";

const loaders = {
  markdown: () => importWithRetry(() => import("../../../components/markdown/markdown-view.tsx")),
  table: () => importWithRetry(() => import("./csv-table.tsx")),
};

type FormattedTextProps = { text: string; format: Exclude<TextFormat, "plain"> };

/** Shows Markdown or a table. HTML in the text stays text. Until the code is loaded, or if the load fails, shows plain text. */
export function FormattedText({ text, format }: FormattedTextProps) {
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
