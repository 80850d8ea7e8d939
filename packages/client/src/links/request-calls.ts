import type { Call } from "../call.ts";
import type { FileSource } from "../file-source.ts";
import type { Platform } from "../platform.ts";
import type { UploadStore } from "../stores/upload-store.ts";
import { requestReceiver } from "../upload/receiver.ts";
import { type SendTask, startTask, type UploadOptions } from "../upload/upload-task.ts";
import type { Receipt, SendFileBody, SentFile, SentFiles } from "../wire.ts";

/** `slotId` is needed when the request has slots, and `visitorName` when it asks for one. */
export type SendOptions = UploadOptions & Pick<SendFileBody, "slotId" | "visitorName">;

type Deps = { baseUrl: string; call: Call; platform: Platform; store: UploadStore };

/** The calls of a visitor to a file request. The session of the visitor is a cookie. */
export function requestCalls({ call, ...deps }: Deps, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  const upload = (uploadId: string) => `${link}/uploads/${encodeURIComponent(uploadId)}`;
  return {
    /**
     * Sends a file straight to the bucket. It starts at once, and resumes an interrupted upload of the same file to the same slot.
     * Throws `invalid_option`. Every other failure rejects `done`.
     */
    send(file: FileSource, { slotId, visitorName, ...options }: SendOptions = {}): SendTask {
      const visit = { ...(slotId !== undefined && { slotId }), ...(visitorName !== undefined && { visitorName }) };
      return startTask<SentFile>({ ...deps, call }, { receiver: requestReceiver(token, slotId), file, options, visit });
    },
    /** Returns the files that this visitor sent, oldest first. */
    sent: async ({ signal }: { signal?: AbortSignal } = {}): Promise<SentFile[]> =>
      (await call<SentFiles>("GET", `${link}/uploads`, { signal })).files,
    /** Takes back a file that this visitor sent. */
    takeBack: (uploadId: string) => call<void>("DELETE", upload(uploadId)),
    /** Returns the signed receipt of a complete file. */
    receipt: (uploadId: string) => call<Receipt>("GET", `${link}/receipts/${encodeURIComponent(uploadId)}`),
  };
}
