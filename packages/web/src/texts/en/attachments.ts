import { formatBytes, formatCount } from "../format.ts";

const files = { one: "file", other: "files" };

export const attachments = {
  title: "Files",
  attach: "Attach files",
  attachFolder: "Attach a folder",
  /** The menu beside the button that attaches files. */
  attachMore: "More to attach",
  empty: {
    /** Comes before the next text. Phones show only the next text. */
    before: "Drop files and folders here, or ",
    choose: "choose files",
    viewer: "There are no files on this note yet.",
  },
  drop: "Drop to attach to this note",
  preview: "Preview",
  copyLink: "Create link…",
  download: "Download",
  rename: "Rename…",
  share: "Share with people…",
  moveTo: "Move to…",
  copyTo: "Copy to…",
  asGrid: "Show as a grid",
  asList: "Show as a list",
  select: "Select",
  selectAll: "Select all",
  selectDone: "Done",
  moreOf: (folder: string) => `More about ${folder}`,
  choose: (filename: string) => `Select ${filename}`,
  count: (count: number) => formatCount(count, files),
  remove: "Delete",
  removeRejected: "Remove",
  removed: (filename: string) => `${filename} deleted`,
  removeQuestion: (filename: string) => `Delete ${filename} for good? You cannot undo this.`,
  pasted: (instant: string) => `Pasted image ${instant}`,
  emptyFolder: "There are no files in that folder.",
  tooMany: (count: number) =>
    `That is more than ${formatCount(count, files)}, so nothing was attached. Attach up to ${formatCount(count, files)} at once, for example one folder after another.`,
  unreadable: "What you dropped could not be read. Check that you may open it, then drop it again.",
  states: {
    pending: "Uploading…",
    verifying: "Checking file…",
    scanning: "Checking for viruses…",
    quarantined: "Waiting for review",
    rejected: "This file did not pass the checks. It was not kept.",
  },
  noPreview: "No preview",
  review: (count: number) =>
    count === 1
      ? "1 file waits for your review. Nobody can open it until you accept it. If you reject it, it is deleted."
      : `${formatCount(count, files)} wait for your review. Nobody can open them until you accept them. If you reject a file, it is deleted.`,
  tooLarge: (limitBytes: number) =>
    `It is larger than ${formatBytes(limitBytes)}, the most that this service accepts. It was not sent.`,
  ownerIsFull: "The storage of the owner of this note has too little space left.",
  events: {
    added: (names: readonly string[]) =>
      names.length === 1 ? `Uploading ${names[0]}` : `Uploading ${formatCount(names.length, files)}`,
    attached: (filename: string) => `${filename} is attached`,
    failed: (filename: string, why: string) => `${filename} was not attached. ${why}`,
  },
  otherUploads: {
    running: (count: number, percent: number) => `Uploading ${formatCount(count, files)}: ${percent} %`,
    stopped: (count: number) => `${formatCount(count, { one: "upload", other: "uploads" })} not finished`,
  },
  zip: {
    action: "Download all",
    progress: (doneBytes: number, totalBytes: number) => `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    label: "Downloading all files as ZIP",
    cancel: "Cancel",
  },
};
