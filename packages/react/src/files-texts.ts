import type { ValetKeyError } from "@valetkey/client";
import type { UploadingFile } from "./use-uploads.ts";

/** The action that failed. The action `list` is the request for the list of files. */
export type FilesAction = "list" | "add" | "download" | "remove";

/** All texts of `<Files>`. Pass your own texts for another language, or to use the words of your application. */
export type FilesTexts = {
  /** The name of the component for screen readers. */
  files: string;
  add: string;
  /** The text beside the button `add`. Users can also drop files on this button. */
  drop: string;
  loading: string;
  empty: string;
  more: string;
  tryAgain: string;
  download: (filename: string) => string;
  remove: (filename: string) => string;
  pause: (filename: string) => string;
  resume: (filename: string) => string;
  cancel: (filename: string) => string;
  retry: (filename: string) => string;
  /** The question before a file is removed. The two buttons below the question have the texts `confirm` and `keep`. */
  confirmRemoval: (filename: string) => string;
  confirm: string;
  keep: string;
  /** The state of an upload that has not failed. */
  uploading: (upload: UploadingFile) => string;
  /** The state of a file in verification. */
  checking: string;
  /** Screen readers announce the texts `added` and `removed`, and the state of an upload that the user pauses. */
  added: (filename: string) => string;
  removed: (filename: string) => string;
  /** The error for dropped folders, and for dropped files that `accept` excludes. */
  notAccepted: (filenames: string) => string;
  problem: (error: ValetKeyError, action: FilesAction) => string;
};

const DENIED: Record<FilesAction, string> = {
  list: "You do not have access to these files.",
  add: "You do not have permission to add files here.",
  download: "You do not have access to this file.",
  remove: "You do not have permission to remove this file.",
};

/** Returns the text for an error. Some error codes have a message for developers, so these error codes have texts for users here. */
function problem(error: ValetKeyError, action: FilesAction): string {
  switch (error.code) {
    case "network":
    case "invalid_response":
      return "The server cannot be reached. Check your connection, and try again.";
    case "bucket_refused":
    case "bucket_unavailable":
    case "internal":
      return "Something is wrong on the server. Try again later.";
    case "access_denied":
      return DENIED[action];
    case "unauthenticated":
      return "You are not signed in. Sign in, and try again.";
    case "attachment_not_found":
      return "This file does not exist any more.";
    case "file_unreadable":
      return "The browser cannot read this file. Folders and files that have changed cannot be added.";
    default:
      return error.message;
  }
}

const CHECKING = "Checking the file…";

function uploading({ state, sentBytes, totalBytes, secondsLeft }: UploadingFile): string {
  if (state === "sending") {
    const percent = `${totalBytes === 0 ? 100 : Math.floor((100 * sentBytes) / totalBytes)}%`;
    return secondsLeft === null ? percent : `${percent}, ${timeLeft(secondsLeft)} left`;
  }
  if (state === "queued") return "Waiting for other uploads";
  if (state === "waiting") return "Waiting for a connection";
  if (state === "paused") return "Paused";
  return state === "completing" || state === "ready" ? CHECKING : "Preparing…";
}

const timeLeft = (seconds: number) =>
  seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;

export const ENGLISH: FilesTexts = {
  files: "Files",
  add: "Add files",
  drop: "or drop files here",
  loading: "Loading the files…",
  empty: "No files yet.",
  more: "Show more files",
  tryAgain: "Try again",
  download: (filename) => `Download ${filename}`,
  remove: (filename) => `Remove ${filename}`,
  pause: (filename) => `Pause the upload of ${filename}`,
  resume: (filename) => `Resume the upload of ${filename}`,
  cancel: (filename) => `Cancel the upload of ${filename}`,
  retry: (filename) => `Try to upload ${filename} again`,
  confirmRemoval: (filename) => `Remove ${filename}?`,
  confirm: "Remove",
  keep: "Keep",
  uploading,
  checking: CHECKING,
  added: (filename) => `${filename} was added.`,
  removed: (filename) => `${filename} was removed.`,
  notAccepted: (filenames) => `These files cannot be added here: ${filenames}`,
  problem,
};
