import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { noteQuery } from "../../service/queries.ts";

/** The pause between polls during a verification, which usually takes seconds. Milliseconds. */
const VERIFY_MS = 2_000;
/** The pause between polls while another person uploads a file. Milliseconds. */
const UPLOAD_MS = 10_000;

/** Loads the note again while the service still checks or receives one of its files. */
export function useNotePolling({ id }: Note, { shown }: { shown: readonly Attachment[] }): void {
  const isVerifying = shown.some(({ state }) => state === "verifying" || state === "scanning");
  const isUploading = shown.some(({ state }) => state === "pending");
  useQuery({
    ...noteQuery(id),
    refetchInterval: isVerifying ? VERIFY_MS : isUploading && UPLOAD_MS,
    notifyOnChangeProps: [],
  });
}
