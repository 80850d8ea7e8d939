import { randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../platform/files.ts";
import type { AuditArchive } from "./audit-port.ts";

/**
 * Appends audit events durably to files in `folder`, with one JSON object on each line. Each process has its own file for each day. After a
 * crash, the last line of a file may be incomplete. In this case, the service exports the event of that line again, to another file.
 */
export function createAuditArchive({ folder, clock }: { folder: string; clock: () => number }): AuditArchive {
  const newSuffix = () => randomBytes(4).toString("hex");
  let suffix = newSuffix();
  return {
    async append(events) {
      const day = new Date(clock()).toISOString().slice(0, 10);
      const lines = events.map((event) => `${JSON.stringify({ ...event, at: new Date(event.at).toISOString() })}\n`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        const file = await open(join(folder, `${day}-${suffix}.jsonl`), "a", 0o600);
        try {
          await file.writeFile(lines.join(""));
          await file.sync();
        } finally {
          await file.close();
        }
        await syncFolder(folder);
      } catch (error) {
        // The file may now end with an incomplete line, so the next export starts a new file.
        suffix = newSuffix();
        throw error;
      }
    },
  };
}
