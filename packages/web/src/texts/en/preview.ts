export const previewTexts = {
  files: "Files",
  previous: "Previous file",
  next: "Next file",
  download: "Download",
  position: (number: number, count: number) => `${number} of ${count}`,
  showing: (filename: string, number: number, count: number) => `${filename}, ${number} of ${count}`,
  ownSize: "Actual size",
  fit: "Fit",
  cut: "Only the first 256 KB are shown.",
  empty: "This file is empty.",
  noPreview: { title: "No preview for this kind of file", hint: "Download it to open it in another program." },
  unshowable: {
    title: "This file can't be shown here",
    hint: "It may be damaged, or of a kind that this browser doesn't know. Download it to open it in another program.",
  },
  locked: {
    title: "This file is locked with a password",
    hint: "Download it and open it in another program, which asks for the password.",
  },
  page: (number: number, count: number) => `Page ${number} of ${count}`,
  noAccess: {
    title: "You no longer have access to this file.",
    hint: "Ask the owner of the note if you still need it.",
  },
  gone: { title: "This file is gone.", hint: "It was deleted, or it never was on this note." },
  notLoaded: "The file could not be loaded",
};
