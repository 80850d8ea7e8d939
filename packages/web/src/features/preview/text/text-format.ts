/** The format in which the preview shows a text. */
export type TextFormat = "markdown" | "table" | "plain";

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

/** The format of a text by its extension, and otherwise by its content type. */
export function textFormatOf({ filename, contentType }: { filename: string; contentType: string }): TextFormat {
  const extension = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return EXTENSIONS[extension] ?? TYPES[contentType.split(";", 1)[0] ?? ""] ?? "plain";
}
