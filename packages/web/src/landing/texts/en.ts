import { zipTexts } from "../../texts/en/file-tools.ts";
import { viewerTexts } from "../../texts/en/preview.ts";
import { formatBytes, formatCount, formatDuration } from "../../texts/format.ts";

const files = { one: "file", other: "files" };
const downloads = { one: "download", other: "downloads" };

/** The names of content types. A content type without a name appears as it is. */
const KINDS: Readonly<Record<string, string>> = {
  "image/*": "pictures",
  "video/*": "films",
  "audio/*": "sound",
  "text/*": "text",
  "application/pdf": "PDF",
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "text/plain": "text",
  "text/csv": "CSV",
  "application/zip": "ZIP",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
};

function listKinds(kinds: readonly string[]): string {
  return kinds.map((kind) => KINDS[kind] ?? kind).join(", ");
}

export const texts = {
  loading: "Loading…",
  tryAgain: "Try again",
  cancel: "Cancel",
  close: "Close",
  separator: " · ",
  count: (count: number) => formatCount(count, files),
  abuse: "Report abuse",

  locked: {
    title: "This link has a password",
    hint: "The person who sent you the link knows it.",
    label: "Password",
    show: "Show password",
    hide: "Hide password",
    open: "Open",
    opening: "Opening…",
    missing: "Enter the password.",
    wrong: "This password is not right. Check it, then try again.",
    tooMany: (seconds: number) => `Too many tries. Try again in ${formatDuration(seconds)}.`,
  },

  emailProof: {
    title: "This link is for certain people",
    hint: "Enter your email address. If the link is for you, you get a code by mail.",
    email: "Email address",
    emailMissing: "Enter your email address.",
    send: "Send the code",
    sent: (email: string) => `If the link is for ${email}, a mail with a code is on its way. It works for 15 minutes.`,
    codeTitle: "Enter the code from the mail",
    code: "Code",
    codeMissing: "Enter the code from the mail.",
    open: "Open",
    again: "Ask for a new code",
    wrong: "This code is not right, or it no longer works. Check it, or ask for another one.",
  },

  ended: {
    title: "This link has ended",
    hint: "It may have expired, or somebody ended it. Ask the person who sent it to you for a new one.",
    /** The texts for a visitor whose receipts this browser has stored. */
    received: (name: string, count: number) => {
      const to = name && ` for ${name}`;
      return count === 1 ? `Your file${to} was received` : `Your ${count} files${to} were received`;
    },
    receivedHint: (name: string) =>
      `This link has ended. To send more, ask ${name || "the person who sent it to you"} for a new one.`,
    receivedList: "What you sent from this browser",
    receiptHint: "A receipt is your proof that a file arrived. Save it.",
  },

  failed: {
    title: "The link could not be loaded",
    outage: "The service has a problem at the moment. Your link is not the reason. Try again in a few minutes.",
  },

  time: {
    left: (seconds: number) => `Ends in ${formatDuration(seconds)}`,
    /** The text on paper, which has no remaining time. */
    until: (instant: string) => `Ends ${instant}`,
    none: "No end date",
  },

  shares: {
    title: (name: string, count: number) => `${name} shares ${formatCount(count, files)} with you`,
    anonymous: (count: number) => (count === 1 ? "A file for you" : `${formatCount(count, files)} for you`),
    none: "There are no files here yet.",
    list: "Files",
    pictures: "Pictures",
    noPreview: "No preview",
    preview: (filename: string) => `Preview ${filename}`,
    download: "Download",
    /** The label for screen readers. `action` is `Download` or `Download again`. */
    ofFile: (action: string, filename: string) => `${action}: ${filename}`,
    again: "Download again",
    all: "Download all",
    left: (count: number) => `${formatCount(count, downloads)} left`,
    /** The texts about the limit of a link. The second text is for a link with several files. */
    whatCounts: "What counts?",
    countsAll: "“Download all” counts as one.",
    counts:
      "Opening or downloading a file counts as one. For a short time after that, you can open and download all files, and nothing more counts. All visitors of this link share the number.",
    countsPictures: "The small pictures do not count.",
    /** The text after the last download. For a while, the visitor may repeat the download and download the other files. */
    window: (seconds: number) => `You can download for another ${formatDuration(seconds)}`,
    progress: (doneBytes: number, totalBytes: number) => `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    starting: "Starting…",
    waiting: "Waiting for the connection. The download continues by itself.",
    broken: "The download broke off.",
    windowOver: "The time for this download is over. Download it again.",
    resume: "Continue",
    done: "Downloaded",
    handedOver: "Your browser downloads it.",
    notSaved: "The file could not be saved. Is there enough space on the disk?",
    /** Only screen readers read `downloading` and `finished`. */
    downloading: (filename: string) => `Downloading ${filename}`,
    finished: (filename: string) => `${filename} is downloaded.`,
  },

  zip: {
    ...zipTexts,
    from: (name: string, date: string) => `Files from ${name} ${date}`,
    anonymous: (date: string) => `Files ${date}`,
    /** The text beside "Download all". */
    content: (count: number, bytes: number) => `${formatCount(count, files)} · ${formatBytes(bytes)}`,
    label: "Downloading all files as ZIP",
  },

  preview: {
    ...viewerTexts,
    loading: "Loading the preview…",
    cut: "This is the start of the file. Download it to read the rest.",
    failed: "The file could not be shown here. Download it to open it in another program.",
    locked: "This file is locked with a password. Download it and open it in another program.",
  },

  request: {
    title: (name: string) => `${name} asks you for files`,
    anonymous: "Send files",
    limits: (filesLeft: number, bytesPerFile: number) =>
      `Up to ${formatCount(filesLeft, files)}, each up to ${formatBytes(bytesPerFile)}.`,
    moreLimits: (filesLeft: number, bytesPerFile: number) =>
      `${formatCount(filesLeft, { one: "more file", other: "more files" })} possible, each up to ${formatBytes(bytesPerFile)}.`,
    kinds: (kinds: readonly string[]) => `Accepted: ${listKinds(kinds)}.`,
    kindsShort: listKinds,
    slotSize: (bytes: number) => `up to ${formatBytes(bytes)}`,
    name: "Your name",
    nameOptional: "Your name (optional)",
    nameMissing: "Enter your name, so that people know who sent the files.",
    choose: "Choose files",
    addMore: "Add more files",
    chooseSlot: (slot: string) => `Choose a file for ${slot}`,
    chooseShort: "Choose",
    drop: "or drop files and folders here",
    chosen: "Ready to send",
    remove: (filename: string) => `Remove ${filename}`,
    chooseAnother: "Choose another",
    chooseAgain: "Choose the same file",
    chooseFileAgain: (filename: string) => `Choose the same file: ${filename}`,
    chooseInstead: (filename: string) => `Choose another file in place of ${filename}`,
    chooseFirst: "Choose at least one file.",
    noneReady: "No file is ready to send yet.",
    send: (count: number) => (count === 0 ? "Send" : `Send ${formatCount(count, files)}`),
    sending: (count: number) => `Sending ${formatCount(count, files)}…`,
    slots: (filled: number, all: number) => `${filled} of ${all} received`,
    slotFilled: "Received",
    tooLarge: (bytes: number) => `This file is too large. Accepted: up to ${formatBytes(bytes)}.`,
    wrongKind: (kinds: readonly string[]) => `This kind of file is not asked for. Accepted: ${listKinds(kinds)}.`,
    tooMany: (count: number) => `Only ${formatCount(count, files)} can still be sent. The others were not added.`,
    droppedTooMany: (count: number) =>
      `Only ${formatCount(count, files)} can still be sent. You dropped more, so none was added.`,
    unreadable: "What you dropped could not be read. Check that you may open it, then drop it again.",
    full: "All files have arrived",
    fullHint: "Nothing more is needed.",
    arrived: "Your files have arrived",
    thanks: "Thank you. You can add more files.",
    thanksForAll: "Thank you. Nothing more is needed.",
    problems: {
      link_not_found: "The request has ended, so this file was not accepted.",
      request_full: "The request has all its files, or this file is too large for the space that is left.",
      kind_not_accepted: "This kind of file is not asked for.",
      file_too_large: "This file is larger than the request accepts.",
      quota_exceeded: "There is no space for this file. Tell the person who asked you for it.",
    },
    takeBack: "Take back this file",
    filed: "The person who asked for this file has filed it already, so you can’t take it back.",
    takeBackFile: (filename: string) => `Take back this file: ${filename}`,
    cancelFile: (filename: string) => `Cancel ${filename}`,
    receipt: "Receipt",
    saveReceipt: "Save the receipt",
    receiptOf: (filename: string) => `Receipt for ${filename}`,
    receiptName: (filename: string) => `Receipt for ${filename}.json`,
    receivedAt: (when: string) => `Received ${when}.`,
    receiptSays: "Save the receipt as your proof that this file arrived.",
    progress: (sentBytes: number, totalBytes: number) => `${formatBytes(sentBytes)} of ${formatBytes(totalBytes)}`,
    resume: "Not finished. Choose the same file again to continue.",
    checks: (name: string) => `Received. ${name === "" ? "It will be checked." : `${name} will check it.`}`,
    states: {
      starting: "Starting…",
      hashing: "Reading the file…",
      waiting: "Waiting for the connection. It continues by itself.",
      completing: "Checking file…",
      verifying: "Checking file…",
      scanning: "Checking for viruses…",
      ready: "Received",
      rejected: "Not accepted.",
    },
  },
  /** The line above the page when the owner views the link as a visitor. */
  visitorView: {
    title: "What a visitor sees.",
    hint: "The buttons do nothing.",
    unlocked: "Show it unlocked",
    close: "Close",
  },
};
