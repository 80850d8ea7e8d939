import { fork } from "node:child_process";
import { once } from "node:events";
import type { UploadNews, UploadOrder } from "./upload.child.ts";

/** A client process that sends one upload. */
export type Uploader = {
  /** Resolves when the client has sent this many bytes. Rejects if the process ends before that. */
  reached(bytes: number): Promise<void>;
  /** Resolves with the id of the attachment. */
  finished(): Promise<string>;
  kill(): Promise<void>;
  /** Returns how many bytes were already in the bucket when the client started to send. */
  resumedAt(): number;
  /** Returns the highest memory that the process has reported so far, in bytes. */
  peakRssBytes(): number;
};

export function startUploader(order: UploadOrder): Uploader {
  const child = fork(new URL("./upload.child.ts", import.meta.url), [JSON.stringify(order)]);
  const goals: { bytes: number; resolve: () => void }[] = [];
  const finished = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<never>();
  let sentBytes = 0;
  let resumedAt = 0;
  let peakRssBytes = 0;
  child.on("message", (news: UploadNews) => {
    peakRssBytes = Math.max(peakRssBytes, news.rssBytes);
    if ("attachmentId" in news) return finished.resolve(news.attachmentId);
    sentBytes = news.sentBytes;
    resumedAt = news.resumedAt ?? 0;
    for (const { bytes, resolve } of goals) if (sentBytes >= bytes) resolve();
  });
  child.once("exit", (code) => ended.reject(new Error(`the client ended with ${code} after ${sentBytes} bytes`)));
  // `reached` and `finished` report this error. Without this line, the test process would also fail.
  ended.promise.catch(() => undefined);
  return {
    async reached(bytes) {
      // The client continues to send while a killed service restarts, so it may have sent this many bytes already.
      if (sentBytes >= bytes) return;
      await Promise.race([new Promise<void>((resolve) => goals.push({ bytes, resolve })), ended.promise]);
    },
    finished: () => Promise.race([finished.promise, ended.promise]),
    async kill() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    resumedAt: () => resumedAt,
    peakRssBytes: () => peakRssBytes,
  };
}
