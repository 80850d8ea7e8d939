import { ValetKeyError } from "../errors.ts";
import { callService } from "./call-service.ts";
import { uploadPath } from "./open-upload.ts";
import type { UploadContext } from "./upload-context.ts";

/** Aborts an upload at the service, which deletes the parts. Returns false when the upload is complete already. */
export async function abortUpload(context: Pick<UploadContext, "call" | "retry">, uploadId: string): Promise<boolean> {
  try {
    await callService<void>(context, { method: "DELETE", path: uploadPath(uploadId) });
    return true;
  } catch (error) {
    if (!(error instanceof ValetKeyError)) throw error;
    if (error.code === "upload_not_pending") return false;
    // The upload was deleted with its note, or never existed.
    if (error.code === "upload_not_found") return true;
    throw error;
  }
}
