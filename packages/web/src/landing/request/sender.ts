import { memoryStore, type SentFile, type UploadProgress, type UploadStore, webStore } from "@valetkey/client";
import { createCall } from "../../../../client/src/call.ts";
import { detectPlatform } from "../../../../client/src/platform.ts";
import { requestReceiver } from "../../../../client/src/upload/receiver.ts";
import { startTask } from "../../../../client/src/upload/upload-task.ts";

export type SendOptions = {
  slotId: string | undefined;
  visitorName: string | undefined;
  onProgress: (progress: UploadProgress) => void;
  signal: AbortSignal;
};

export type Send = (file: File, options: SendOptions) => Promise<SentFile>;

/** Sends files to a file request. An interrupted upload resumes when the visitor chooses the same file again. */
export function createSender(token: string): Send {
  const fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request);
  const baseUrl = location.origin;
  const call = createCall({ baseUrl, getToken: undefined, fetch });
  const deps = { baseUrl, call, platform: detectPlatform({ fetch }), store: openStore() };
  return (file, { slotId, visitorName, ...options }) => {
    const visit = { ...(slotId !== undefined && { slotId }), ...(visitorName !== undefined && { visitorName }) };
    return startTask<SentFile>(deps, { receiver: requestReceiver(token, slotId), file, options, visit }).done;
  };
}

function openStore(): UploadStore {
  try {
    return webStore(localStorage);
  } catch {
    // The page has no permission to store anything.
    return memoryStore();
  }
}
