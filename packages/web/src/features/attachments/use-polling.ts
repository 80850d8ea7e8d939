import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { noteQuery } from "../../service/queries.ts";

/** While a file is looked at, which is mostly a matter of seconds. Milliseconds. */
const CHECK_MS = 2_000;
/** While somebody else sends one. Milliseconds. */
const UPLOAD_MS = 10_000;

/** Asks for the note again as long as a file on it is going to change by itself. */
export function usePolling({ id }: Note, { shown }: { shown: readonly Attachment[] }): void {
  const isChecked = shown.some(({ state }) => state === "verifying" || state === "scanning");
  const isSent = shown.some(({ state }) => state === "pending");
  useQuery({
    ...noteQuery(id),
    refetchInterval: isChecked ? CHECK_MS : isSent && UPLOAD_MS,
    notifyOnChangeProps: [],
  });
}
