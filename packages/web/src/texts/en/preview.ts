/** The texts that the app and the landing page of links share. */
export const viewerTexts = {
  previous: "Previous file",
  next: "Next file",
  position: (number: number, count: number) => `File ${number} of ${count}`,
  ownSize: "Actual size",
  fit: "Fit",
  originalLoading: "Loading the original…",
  originalFailed: "The original could not be loaded. This is a smaller version.",
  empty: "This file is empty.",
  page: (number: number, count: number) => `Page ${number} of ${count}`,
};

export const previewTexts = {
  ...viewerTexts,
  files: "Files",
  download: "Download",
  showing: (filename: string, number: number, count: number) => `${filename}, file ${number} of ${count}`,
  cut: "Only the first 256 KB are shown.",
  cutTable: ({ rows, columns }: { rows?: number; columns?: number }) => {
    const parts = [
      ...(rows === undefined ? [] : [`${rows} rows`]),
      ...(columns === undefined ? [] : [`${columns} columns`]),
    ];
    return `Only the first ${parts.join(" and ")} are shown.`;
  },
  plain: "Show as plain text",
  formatted: "Show formatted",
  zoom: "Zoom",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  fitWidth: "Fit the width",
  percent: (factor: number) => `${Math.round(factor * 100)} %`,
  noPreview: { title: "No preview for this kind of file", hint: "Download it to open it in another program." },
  unshowable: {
    title: "This file can't be shown here",
    hint: "It may be damaged, or this browser may not know its type. Download it to open it in another program.",
  },
  locked: {
    title: "This file is locked with a password",
    hint: "Download it and open it in another program, which asks for the password.",
  },
  noAccess: {
    title: "You no longer have access to this file.",
    hint: "Ask the owner of the note if you still need it.",
  },
  gone: { title: "This file is gone.", hint: "It was deleted, or it is no longer shared with you." },
  notLoaded: "The file could not be loaded",
};
