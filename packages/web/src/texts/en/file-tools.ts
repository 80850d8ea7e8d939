import { formatBytes, formatCount } from "../format.ts";

const files = { one: "file", other: "files" };

export const fileToolsTexts = {
  label: "Tools for the files",
  filter: "Filter files by name",
  kind: "Kind of file",
  kinds: {
    all: "All kinds",
    image: "Images",
    video: "Videos",
    audio: "Audio",
    pdf: "PDFs",
    text: "Texts",
    table: "Tables",
    archive: "Archives",
    code: "Code",
    other: "Others",
  },
  order: "Order",
  orders: { attached: "Order added", name: "By name", size: "Largest first", newest: "Newest first" },
  shown: (shown: number, all: number) => `${shown} of ${formatCount(all, files)}`,
  none: "No file matches. Change the filter.",
  all: "Select all",
  chosen: (count: number, sizeBytes: number) => `${formatCount(count, files)} selected, ${formatBytes(sizeBytes)}`,
  hint: "Hold Shift to select several in a row.",
  download: "Download",
  link: "Link",
  share: "Share",
  move: "Move",
  copy: "Copy",
  tooManyForLink: (most: number) => `A link opens at most ${most} files. Select fewer.`,
  remove: "Delete",
};

export const renameTexts = {
  title: "Rename the file",
  name: "Name of the file",
  save: "Rename",
  saving: "Renaming…",
  empty: "A file needs a name.",
};

export const reviewTexts = {
  accept: "Accept",
  acceptOf: (filename: string) => `Accept ${filename}`,
  reject: "Reject",
  rejectOf: (filename: string) => `Reject ${filename}`,
};

export const zipTexts = {
  name: (title: string) => `${title}.zip`,
  finished: "All files are in the ZIP.",
  failed: (filename: string) => `The ZIP was not finished: ${filename} could not be read completely. Try again.`,
  notSaved: "The ZIP could not be saved. Is there enough space on the disk?",
  missing: (names: readonly string[]) => `Not in the ZIP, because they could not be downloaded: ${names.join(", ")}`,
  missingFile: "NOT IN THIS ZIP.txt",
};
