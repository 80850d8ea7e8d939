import { forgetThumbnails } from "./thumbnails/kept-thumbnails.ts";
import { forgetUploads } from "./uploads/control-uploads.ts";

/** Removes all that this browser keeps of files: for a sign-out, before the session ends. */
export async function forgetFiles(): Promise<void> {
  await Promise.all([forgetUploads(), forgetThumbnails()]);
}
