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
  /** The bytes in the bucket when the client started to send. */
  resumedAt(): number;
  /** The highest memory that the process has reported. */
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
  // The pending promises reject with this error, so it needs no other handler.
  ended.promise.catch(() => undefined);
  return {
    async reached(bytes) {
      // While a killed service restarts, the client may already have sent this many bytes.
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
