/** Loads the code that shows uploads. */
export async function loadUploads() {
  const [{ UploadRows }, { UploadsWatch }] = await Promise.all([
    import("./upload-row.tsx"),
    import("../uploads-watch.tsx"),
  ]);
  return { UploadRows, UploadsWatch };
}

/** Loads the code early. `loadUploads` reports a failure later. */
export function preloadUploads(): void {
  loadUploads().catch(() => undefined);
}
