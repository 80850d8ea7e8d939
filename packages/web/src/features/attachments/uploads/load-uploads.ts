/** The code that brings files to a note, shows it and tells of it: fetched when someone is about to, all of it or nothing. */
export async function loadUploads() {
  const [{ UploadRows }, { UploadsWatch }] = await Promise.all([
    import("./upload-row.tsx"),
    import("../uploads-watch.tsx"),
  ]);
  return { UploadRows, UploadsWatch };
}

/** Ahead of time; a failure shows when it is needed. */
export function preloadUploads(): void {
  loadUploads().catch(() => undefined);
}
