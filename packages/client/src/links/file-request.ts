import type { Call } from "../call.ts";
import type { FileSource } from "../file-source.ts";
import type { Platform } from "../platform.ts";
import type { UploadStore } from "../stores/upload-store.ts";
import { requestReceiver } from "../upload/receiver.ts";
import type { UploadOptions } from "../upload/upload-options.ts";
import { type SendTask, startTask } from "../upload/upload-task.ts";
import type { Receipt, SendFileBody, SentFile, SentFiles } from "../wire.ts";

/** Pass `slotId` if the file request has slots, and `visitorName` if it asks for the name of the visitor. */
export type SendOptions = UploadOptions & Pick<SendFileBody, "slotId" | "visitorName">;

/** The time limit for the `look` call. Milliseconds. */
const LOOK_MS = 60_000;

/** The calls that a visitor can make to a file request. */
export type LinkRequest = {
  /**
   * Sends a file directly to the bucket. The upload starts immediately. If an earlier upload of this file to this slot was interrupted,
   * this call resumes it. Throws `invalid_option`. Every other failure rejects `done`.
   */
  send(file: FileSource, options?: SendOptions): SendTask;
  /** Returns the files that this visitor sent, oldest first. */
  sent(options?: { signal?: AbortSignal }): Promise<SentFile[]>;
  /** Aborts an upload of this visitor, or deletes a file that the visitor sent. */
  takeBack(uploadId: string): Promise<void>;
  /** Returns the signed receipt of a complete file. */
  receipt(uploadId: string): Promise<Receipt>;
};

/** The response of `look` sets the cookie that identifies the visitor. */
type Deps = {
  baseUrl: string;
  call: Call;
  platform: Platform;
  store: UploadStore;
  look: (options: { signal: AbortSignal }) => Promise<unknown>;
};

/** Returns the calls that a visitor can make to the file request with this token. */
export function fileRequest({ call, look, ...deps }: Deps, token: string): LinkRequest {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let looked: Promise<unknown> | undefined;
  // Each call first waits for the cookie. Otherwise files that are sent at the same time would belong to different visitors.
  const callAsVisitor: Call = async (method, path, options) => {
    // The signal of one upload must not abort this call of `look`, because other uploads wait for it too.
    looked ??= look({ signal: AbortSignal.timeout(LOOK_MS) }).catch((error) => {
      looked = undefined;
      throw error;
    });
    await looked;
    return call(method, path, options);
  };
  const upload = (uploadId: string) => `${link}/uploads/${encodeURIComponent(uploadId)}`;
  return {
    send(file, { slotId, visitorName, ...options } = {}) {
      const visit = { ...(slotId !== undefined && { slotId }), ...(visitorName !== undefined && { visitorName }) };
      const receiver = requestReceiver(token, slotId);
      return startTask<SentFile>({ ...deps, call: callAsVisitor }, { receiver, file, options, visit });
    },
    sent: async ({ signal } = {}) => (await call<SentFiles>("GET", `${link}/uploads`, { signal })).files,
    takeBack: (uploadId) => call<void>("DELETE", upload(uploadId)),
    receipt: (uploadId) => call<Receipt>("GET", `${link}/receipts/${encodeURIComponent(uploadId)}`),
  };
}
