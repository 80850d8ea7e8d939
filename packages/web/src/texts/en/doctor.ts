const CORS_FIX = "Run the server checks above. They name the CORS setting that is missing, with a text to paste.";

export const doctor = {
  title: "Check this set-up",
  hint: "This page checks whether people can upload and download, and whether their files are safe. It changes nothing.",
  works: "Everything works.",
  counted: { errors: { one: "error", other: "errors" }, warnings: { one: "warning", other: "warnings" } },
  more: "Details",
  again: "Check again",
  running: "Checking. This takes up to a minute.",
  failed: "The checks could not run",
  server: "Server",
  browser: "This browser",
  browserHint: "Uploads and downloads go from this browser straight to the bucket.",
  healthy: "No fault found.",
  ranAt: (when: string) => `Checked at ${when}.`,
  severities: { error: "Error", warning: "Warning", info: "Note" },
  notChecked: "Not checked",
  reason: (subject: string, reason: string) => `${subject}: ${reason}.`,
  copyFix: (label: string) => `Copy: ${label}`,
  step: "What to do",
  findings: {
    unreachable: {
      title: "This browser can't reach the bucket",
      why: "It can't upload or show files. The network, a firewall or a browser extension blocks the bucket.",
      fix: "Open this URL in a new tab. An error in XML is the expected result, because the bucket refuses a request without a signature.",
    },
    cors: {
      title: "The bucket refuses requests from this page",
      why: "The bucket responds, but its CORS configuration does not allow this origin.",
      fix: CORS_FIX,
    },
    refused: {
      title: "The bucket refuses a signed upload from this browser",
      why: "A proxy between this browser and the bucket changes the Host header, the path or the headers.",
      fix: "Let the proxy pass the Host header, the path and the query unchanged.",
    },
    etag: {
      title: "This page can't read the ETag of an upload",
      why: "Uploads of large files fail.",
      fix: CORS_FIX,
    },
    changed: {
      title: "The bucket returns other bytes than this browser sent",
      why: "A proxy or a browser extension changes files between this browser and the bucket.",
      fix: "Open this page without extensions. Then look for a proxy that compresses or scans traffic.",
    },
    mixedContent: {
      title: "This page uses https, and the bucket http",
      why: "Browsers block such requests as mixed content.",
      fix: "Give the bucket an https URL, and set S3_PUBLIC_ENDPOINT to it.",
    },
    clock: {
      title: "The clocks of this browser and of the service differ",
      why: "The page shows wrong times. Signed URLs do not depend on the clock of the browser.",
      fix: "Turn on automatic time in the settings of this machine, or correct the clock of the server.",
    },
  },
  details: {
    origin: (origin: string) => `The bucket is at ${origin}.`,
    status: (status: number) => `It responded with status ${status}.`,
    seconds: (seconds: number) => `They differ by ${seconds} seconds.`,
  },
};
