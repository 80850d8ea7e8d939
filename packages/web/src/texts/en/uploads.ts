import { formatBytes, formatDuration, formatRate } from "../format.ts";

/** The states of an upload. These texts load with the rows of uploads. */
export const uploadTexts = {
  queued: "Waiting for its turn",
  "other-tab": "Uploading in another tab",
  starting: "Starting…",
  hashing: "Reading the file…",
  offline: "Waiting for the connection",
  waiting: "Waiting for the service",
  unreachable: "This browser can't reach the file storage. It tries again by itself.",
  tryNow: "Try now",
  tellOperator: "If this lasts, tell your administrator.",
  checkSetUp: "See how to fix it",
  completing: "Checking file…",
  "needs-file": "Choose the file again to continue",
  chooseFile: "Choose the file…",
  "needs-permission": "Your browser needs your permission to read the file again.",
  allow: "Continue",
  notTheSame: "That is another file: its name, size or date is not the same.",
  paused: ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) =>
    sentBytes === 0 ? "Paused" : `Paused at ${formatBytes(sentBytes)} of ${formatBytes(totalBytes)}`,
  sent: ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) =>
    `${formatBytes(sentBytes)} of ${formatBytes(totalBytes)}`,
  /** The line above the rows that sums up all uploads to a note. */
  all: "Uploading",
  attached: (attached: number, count: number, failed = 0) =>
    `${attached} of ${count} files uploaded${failed === 0 ? "" : ` · ${failed} failed`}`,
  leftInAll: (seconds: number) => `about ${formatDuration(seconds)} left`,
  rate: formatRate,
  left: (seconds: number) => `${formatDuration(seconds)} left`,
  pause: "Pause",
  resume: "Resume",
  retry: "Try again",
  storage: "See your storage",
  cancel: "Cancel",
  dismiss: "Remove from the list",
};
