import type { Attachment } from "@valetkey/client";

export type FileOrder = "attached" | "name" | "size" | "newest";

/** The filter and the order of the list of files. */
export type FileView = { order: FileOrder; text: string; kind: FileKind | "all" };

// This collator sorts "picture 10" after "picture 9", and "é" next to "e".
const names = /* @__PURE__ */ new Intl.Collator(undefined, { numeric: true });

const compare: Record<Exclude<FileOrder, "attached">, (a: Attachment, b: Attachment) => number> = {
  name: (a, b) => names.compare(a.filename, b.filename),
  size: (a, b) => b.sizeBytes - a.sizeBytes,
  newest: (a, b) => b.createdAt.localeCompare(a.createdAt),
};

/**
 * Filters and sorts the files of a note. `files` must have the order in which the files were attached. Files with equal values keep this
 * order.
 */
export function arrangeFiles(files: readonly Attachment[], { order, text, kind }: FileView): Attachment[] {
  const words = fold(text).split(/\s+/);
  const shown = files.filter(
    (file) =>
      (kind === "all" || kindOfFile(file) === kind) &&
      words.every((word) => fold((file.path ?? "") + file.filename).includes(word)),
  );
  return order === "attached" ? shown : shown.sort(compare[order]);
}

/** Returns the kinds of these files. The filter offers these kinds. */
export function kindsIn(files: readonly Attachment[]): ReadonlySet<FileKind> {
  return new Set(files.map(kindOfFile));
}

function fold(text: string): string {
  return text.trim().normalize("NFKD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase();
}

/** The kind of a file in words that users know. The kind sets the icon of a file, and the filter uses the kind. */
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

/** Returns the kind of a file. A known extension decides, and without a known extension the content type decides. */
export function kindOfFile({ filename, contentType }: { filename: string; contentType: string }): FileKind {
  const byExtension = BY_EXTENSION[filename.slice(filename.lastIndexOf(".") + 1).toLowerCase()];
  if (byExtension !== undefined) return byExtension;
  const [type = "", subtype = ""] = contentType.split(/[/;]/);
  if (type === "image" || type === "video" || type === "audio" || type === "text") return type;
  return subtype === "pdf" ? "pdf" : "other";
}

/** The selected files. `last` is the file that the user clicked last, where a range begins. */
export type Choice = { ids: ReadonlySet<string>; last: string | undefined };

export const NOTHING: Choice = { ids: new Set(), last: undefined };

type Click = {
  /** The ids of the listed files, in the order of the list. */
  listed: readonly string[];
  /** Whether the click selects all files between the last clicked file and this file. */
  isRange: boolean;
};

/** Selects or deselects a file. In a range, all files get the new state of the clicked file. */
export function chooseFile({ ids, last }: Choice, id: string, { listed, isRange }: Click): Choice {
  const from = isRange && last !== undefined ? listed.indexOf(last) : -1;
  const to = listed.indexOf(id);
  const range = from === -1 || to === -1 ? [id] : listed.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: withAll(ids, range, !ids.has(id)), last: id };
}

/**
 * Selects all listed files. If all listed files are already selected, deselects the listed files. Files outside of the list do not change.
 */
export function chooseAll({ ids }: Choice, listed: readonly string[]): Choice {
  return { ids: withAll(ids, listed, !listed.every((id) => ids.has(id))), last: undefined };
}

function withAll(ids: ReadonlySet<string>, changed: readonly string[], isChosen: boolean): ReadonlySet<string> {
  return new Set(isChosen ? [...ids, ...changed] : [...ids].filter((id) => !changed.includes(id)));
}
