import { type ClientRequest, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { formOf } from "./post-forms.ts";

type Forms = { port: number; path: string; token: string; files: number; fileBytes: number };

const SETTLED_MS = 3_000;

/** Posts this many forms at the same time, without their last bytes. Closes the connections when the server reads no more bytes. */
export async function stallForms({ port, path, token, files, fileBytes }: Forms): Promise<void> {
  const stalled = Array.from({ length: files }, (_, number): ClientRequest => {
    const { headers, head } = formOf({ number, token, fileBytes });
    const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent: false });
    outgoing.on("error", () => undefined);
    outgoing.write(head);
    outgoing.write(Buffer.alloc(fileBytes));
    return outgoing;
  });
  let sentBytes = -1;
  for (let sum = 0; sum > sentBytes; sum = sentBy(stalled)) {
    sentBytes = sum;
    await sleep(SETTLED_MS);
  }
  for (const outgoing of stalled) outgoing.destroy();
}

function sentBy(stalled: readonly ClientRequest[]): number {
  let bytes = 0;
  for (const { socket } of stalled) bytes += (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
  return bytes;
}
