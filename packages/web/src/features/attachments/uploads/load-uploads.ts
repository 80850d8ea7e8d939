/** The code that brings files to a note and shows it: fetched when someone is about to. */
export async function loadUploads() {
  const [{ beginUploads }, { UploadRow }] = await Promise.all([
    import("./begin-uploads.ts"),
    import("./upload-row.tsx"),
  ]);
  return { beginUploads, UploadRow };
}

/** Ahead of time; a failure shows when it is needed. */
export function preloadUploads(): void {
  loadUploads().catch(() => undefined);
}
