import type { LinkFile } from "@valetkey/client";
import { browserTarget, hasSpaceFor } from "../../files/zip-target.ts";
import type { Claims } from "./claims.ts";
import { readResumably } from "./read-resumably.ts";

export type SaveState =
  | { kind: "starting" }
  | { kind: "running"; doneBytes: number }
  | { kind: "waiting"; doneBytes: number }
  | { kind: "broken"; doneBytes: number; onResume: () => void }
  | { kind: "done" }
  /** The browser downloads the file itself. */
  | { kind: "handedOver" };

type SaveOptions = { claims: Claims; signal: AbortSignal; report: (state: SaveState) => void };

/**
 * Downloads one file after a click. The page reads the file, because only the page can continue with a new URL after a lost connection. If
 * the browser can't store the file for the page, the browser downloads the file itself.
 */
export async function saveFile(file: LinkFile, { claims, signal, report }: SaveOptions): Promise<void> {
  const { id, filename, sizeBytes } = file;
  report({ kind: "starting" });
  const first = await claims.urlOf(id, { disposition: "attachment", isClick: true });
  if (!(await hasSpaceFor(sizeBytes))) {
    Object.assign(document.createElement("a"), { href: first, rel: "noreferrer" }).click();
    return report({ kind: "handedOver" });
  }
  let unused: string | undefined = first;
  let doneBytes = 0;
  const stream = readResumably({
    sizeBytes,
    signal,
    async getUrl() {
      const url = unused ?? (await claims.urlOf(id, { disposition: "attachment", isClick: false }));
      unused = undefined;
      return url;
    },
    onBytes(bytes) {
      doneBytes = bytes;
      report({ kind: "running", doneBytes });
    },
    onWaiting: () => report({ kind: "waiting", doneBytes }),
    onBroken: () =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        report({ kind: "broken", doneBytes, onResume: resolve });
      }),
  });
  await browserTarget(filename)(stream, { signal });
  report({ kind: "done" });
}
