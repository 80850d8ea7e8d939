import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { noteQuery } from "../../service/queries.ts";

/** During a verification, which mostly takes seconds. Milliseconds. */
const VERIFY_MS = 2_000;
/** While someone else uploads a file. Milliseconds. */
const UPLOAD_MS = 10_000;

/** Reloads the note while an attachment is being uploaded or verified. */
export function useNotePolling({ id }: Note, { shown }: { shown: readonly Attachment[] }): void {
  const isVerifying = shown.some(({ state }) => state === "verifying" || state === "scanning");
  const isUploading = shown.some(({ state }) => state === "pending");
  useQuery({
    ...noteQuery(id),
    refetchInterval: isVerifying ? VERIFY_MS : isUploading && UPLOAD_MS,
    notifyOnChangeProps: [],
  });
}
