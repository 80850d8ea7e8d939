import { ValetKeyError } from "../errors.ts";
import { uploadPath } from "./open-upload.ts";
import { ask, type Session } from "./session.ts";

/** Gives an upload up at the service, which removes what was sent. Answers whether it was in time: false when it is complete. */
export async function abandon(session: Pick<Session, "call" | "persist">, uploadId: string): Promise<boolean> {
  try {
    await ask<void>(session, { method: "DELETE", path: uploadPath(uploadId) });
    return true;
  } catch (error) {
    if (!(error instanceof ValetKeyError)) throw error;
    if (error.code === "upload_not_pending") return false;
    // Gone with its note, or never there.
    if (error.code === "upload_not_found") return true;
    throw error;
  }
}
