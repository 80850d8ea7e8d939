const CORS_FIX =
  "Allow this service in the CORS configuration of the bucket. If the server found it too, its entry has a text to paste.";

export const doctor = {
  title: "Check this set-up",
  hint: "This page checks whether people can upload and download, and whether their files are safe. It changes nothing.",
  works: "No problem found.",
  counted: {
    errors: { one: "problem to fix now", other: "problems to fix now" },
    warnings: { one: "risk", other: "risks" },
  },
  more: "How to fix it",
  audience: "The fixes are for the person who runs the server.",
  again: "Check again",
  running: "Checking. This takes up to a minute.",
  failed: "The checks could not run",
  found: "What the checks found",
  ranAt: (when: string) => `Checked at ${when}.`,
  severities: { error: "Fix now", warning: "Risk", info: "Good to know" },
  notChecked: { one: "thing was not checked", other: "things were not checked" },
  reason: (subject: string, reason: string) => `${subject}: ${reason}.`,
  copyFix: (label: string) => `Copy: ${label}`,
  run: (label: string) => (label.startsWith("command") ? `Run this ${label}` : `Run this with the ${label}`),
  paste: (label: string) => `Paste this into: ${label}`,
  addressBar: "address bar of a new tab",
  why: "Why",
  findings: {
    unreachable: {
      title: "This browser can't open files: it can't reach the bucket",
      why: "The network, a firewall or a browser extension blocks the bucket.",
      fix: "Open the URL of the bucket. An error in XML is the expected result, because the bucket refuses a request without a signature.",
    },
    cors: {
      title: "This browser can't open files: the bucket refuses requests from this page",
      why: "The bucket responds, but its CORS configuration does not allow this origin.",
      fix: CORS_FIX,
    },
    refused: {
      title: "Uploads from this browser fail: the bucket refuses a signed upload",
      why: "A proxy between this browser and the bucket changes the Host header, the path or the headers.",
      fix: "Let the proxy pass the Host header, the path and the query unchanged.",
    },
    etag: {
      title: "Large uploads fail: this page can't read the ETag of an upload",
      why: "The app compares the ETag of each part with what it sent.",
      fix: CORS_FIX,
    },
    changed: {
      title: "Downloads are damaged: the bucket returns other bytes than this browser sent",
      why: "A proxy or a browser extension changes files between this browser and the bucket.",
      fix: "Open this page without extensions. Then look for a proxy that compresses or scans traffic.",
    },
    mixedContent: {
      title: "This browser can't open files: this page uses https, and the bucket http",
      why: "Browsers block such requests as mixed content.",
      fix: "Give the bucket an https URL, and set S3_PUBLIC_ENDPOINT to it.",
    },
    clock: {
      title: "Times on the pages are wrong: the clocks of this browser and of the service differ",
      why: "Signed URLs do not depend on the clock of the browser.",
      fix: "Turn on automatic time in the settings of this machine, or correct the clock of the server.",
    },
  },
  details: {
    origin: (origin: string) => `The bucket is at ${origin}.`,
    status: (status: number) => `The bucket responded with status ${status}.`,
    seconds: (seconds: number) => `The clocks differ by ${seconds} seconds.`,
  },
};
