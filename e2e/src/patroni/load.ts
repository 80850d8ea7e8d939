import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Api, putAsTold } from "../testing/api.ts";
import { type Acknowledged, nothingYet, sha256 } from "../testing/load.ts";

const PAUSE_AFTER_FAILURE_MS = 100;
/** A pause between two rounds of the load, because it takes longer to check acknowledged changes than to make them. */
const PAUSE_BETWEEN_TURNS_MS = 150;

/** The changes that the service has acknowledged, with numbers about its responses. */
export type Ledger = Acknowledged & {
  deleted: string[];
  requests: number;
  /** The number of responses for each status that is not a success. */
  failures: Record<number, number>;
  slowestMs: number;
  /** The instants of acknowledged writes, from `performance.now()`. */
  writes: number[];
};

export function newLedger(): Ledger {
  return { ...nothingYet(), deleted: [], requests: 0, failures: {}, slowestMs: 0, writes: [] };
}

export type Load = { ledger: Ledger; token: string; url: string; signal: AbortSignal };

/**
 * Creates notes, uploads files, issues URLs and deletes files until the signal aborts. Like a careful client, repeats each failed request
 * with the same idempotency key.
 */
export async function work({ ledger, token, url, signal }: Load): Promise<void> {
  async function send(method: string, path: string, body?: object): Promise<Answer | undefined> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, "idempotency-key": randomUUID() };
    if (body !== undefined) headers["content-type"] = "application/json";
    while (!signal.aborted) {
      const started = performance.now();
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${url}${path}`, { method, headers, ...init });
      const text = await response.text();
      ledger.requests += 1;
      ledger.slowestMs = Math.max(ledger.slowestMs, performance.now() - started);
      if (response.ok) {
        ledger.writes.push(performance.now());
        return { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
      }
      ledger.failures[response.status] = (ledger.failures[response.status] ?? 0) + 1;
      // If the failed request has deleted the file, the repeated deletion does not find it.
      if (method === "DELETE" && response.status === 404) return undefined;
      if (response.status !== 503) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      await sleep(PAUSE_AFTER_FAILURE_MS);
    }
    return undefined;
  }

  for (let turn = 0; !signal.aborted; turn += 1) {
    await sleep(PAUSE_BETWEEN_TURNS_MS);
    const title = randomUUID();
    const note = await send("POST", "/notes", { title });
    if (note === undefined) return;
    const noteId: string = note.body.id;
    ledger.notes.push({ id: noteId, title });
    const bytes = randomBytes(1_000 + turn);
    const file = { filename: "a.bin", sizeBytes: bytes.length, contentType: "application/octet-stream" };
    const started = await send("POST", `/notes/${noteId}/uploads`, { ...file, sha256: sha256(bytes) });
    if (started === undefined) return;
    const put = await putAsTold(started.body.upload, bytes);
    if (put.status !== 200) throw new Error(`PUT: ${put.status}`);
    const completed = await send("POST", `/uploads/${started.body.upload.id}/complete`);
    if (completed === undefined) return;
    const attachmentId: string = completed.body.id;
    const attachment = { id: attachmentId, sha256: sha256(bytes) };
    if (turn % 3 !== 0) {
      ledger.attachments.push(attachment);
      if ((await send("GET", `/attachments/${attachmentId}/url`)) !== undefined)
        ledger.issued.push({ noteId, attachmentId });
    } else if ((await send("DELETE", `/attachments/${attachmentId}`)) !== undefined) {
      ledger.deleted.push(attachmentId);
    }
  }
}

/** Returns the longest time without an acknowledged write, in milliseconds. */
export function longestGap({ writes }: Ledger): number {
  return writes.reduce((longest, at, nth) => Math.max(longest, at - (writes[nth - 1] ?? at)), 0);
}

/** Returns the titles of notes that exist several times. Each title belongs to one idempotency key. */
export async function titlesTwice(api: Api): Promise<string[]> {
  const titles: string[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page: Answer = await api.call("GET", `/notes?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`);
    titles.push(...page.body.items.map((note: { title: string }) => note.title));
    cursor = page.body.nextCursor ?? undefined;
  }
  return titles.filter((title, nth) => titles.indexOf(title) !== nth);
}
