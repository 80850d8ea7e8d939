/** The kind of a file in words of people, for its icon and for the filter of a list. */
export type FileKind = "image" | "video" | "audio" | "pdf" | "text" | "table" | "archive" | "code" | "other";

const BY_EXTENSION: Record<string, FileKind> = {
  ...extensions("archive", "zip tar gz tgz bz2 xz zst 7z rar"),
  ...extensions("table", "csv tsv xls xlsx ods numbers"),
  ...extensions("code", "js ts jsx tsx json html css py rb go rs c h cpp java kt swift sh sql xml yaml yml toml"),
  ...extensions("text", "txt md rtf doc docx odt pages"),
  ...extensions("image", "heic heif svg psd tif tiff"),
};

function extensions(kind: FileKind, names: string): Record<string, FileKind> {
  return Object.fromEntries(names.split(" ").map((extension) => [extension, kind]));
}

/** Returns the kind of a file by a known extension, and otherwise by the content type. */
export function kindOfFile({ filename, contentType }: { filename: string; contentType: string }): FileKind {
  const byExtension = BY_EXTENSION[filename.slice(filename.lastIndexOf(".") + 1).toLowerCase()];
  if (byExtension !== undefined) return byExtension;
  const [type = "", subtype = ""] = contentType.split(/[/;]/);
  if (type === "image" || type === "video" || type === "audio" || type === "text") return type;
  return subtype === "pdf" ? "pdf" : "other";
}
