import type { Attachment } from "@valetkey/client";
import { type FileKind, kindOfFile } from "../file-kind.ts";

export type FileOrder = "attached" | "name" | "size" | "newest";

/** Which files the list shows, and in which order. */
export type FileView = { order: FileOrder; text: string; kind: FileKind | "all" };

// Sorts "picture 10" after "picture 9", and "é" beside "e".
const names = /* @__PURE__ */ new Intl.Collator(undefined, { numeric: true });

const compare: Record<Exclude<FileOrder, "attached">, (a: Attachment, b: Attachment) => number> = {
  name: (a, b) => names.compare(a.filename, b.filename),
  size: (a, b) => b.sizeBytes - a.sizeBytes,
  newest: (a, b) => b.createdAt.localeCompare(a.createdAt),
};

/** Filters and sorts the files of a note, which are in the order in which they were attached. Equal files stay in this order. */
export function arrangeFiles(files: readonly Attachment[], { order, text, kind }: FileView): Attachment[] {
  const words = fold(text).split(/\s+/);
  const shown = files.filter(
    (file) =>
      (kind === "all" || kindOfFile(file) === kind) && words.every((word) => fold(file.filename).includes(word)),
  );
  return order === "attached" ? shown : shown.sort(compare[order]);
}

/** Returns the kinds of these files, which are the options of the filter. */
export function kindsIn(files: readonly Attachment[]): ReadonlySet<FileKind> {
  return new Set(files.map(kindOfFile));
}

function fold(text: string): string {
  return text.trim().normalize("NFKD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase();
}
