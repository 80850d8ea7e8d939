import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Api, putAsTold } from "../testing/api.ts";
import { newNote, type StoredFile, sha256, upload, urlOf } from "./stage.ts";

/** Everything that the service has acknowledged. */
export type Ledger = {
  files: Map<string, string>;
  deleted: Set<string>;
  links: string[];
  requests: number;
  longestMs: number;
  /** The number of times that the service was killed. A request during a kill may fail. */
  kills: number;
  isUp: Promise<void>;
};

export const emptyLedger = (): Ledger => ({
  files: new Map(),
  deleted: new Set(),
  links: [],
  requests: 0,
  longestMs: 0,
  kills: 0,
  isUp: Promise.resolve(),
});

/** Reads an object as a stream, and returns the checksum of its bytes. */
async function checksumAt(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`A download returned ${response.status}.`);
  const hash = createHash("sha256");
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("base64");
}

/**
 * Uploads many small files in batches, by several owners who share the files with the reader, because each person may start only a few
 * uploads a second.
 */
export async function seed(
  owners: readonly Api[],
  options: { ledger: Ledger; count: number; reader: Api },
): Promise<void> {
  const { ledger, count, reader } = options;
  let left = count;
  async function work(api: Api): Promise<void> {
    const noteId = await newNote(api);
    await api.call("PUT", `/notes/${noteId}/shares`, { userIds: [reader.userId], role: "viewer" });
    while (left > 0) {
      const size = Math.min(100, left);
      left -= size;
      const contents = Array.from({ length: size }, () => randomBytes(500 + Math.floor(Math.random() * 3_000)));
      const uploads = contents.map((bytes) => ({
        ...{ filename: "small.bin", sizeBytes: bytes.length },
        ...{ contentType: "application/octet-stream", sha256: sha256(bytes) },
      }));
      const started = await api.call("POST", `/notes/${noteId}/uploads/batch`, { uploads });
      const list: { upload?: Parameters<typeof putAsTold>[0] & { id: string } }[] = started.body.uploads ?? [];
      const accepted = list.flatMap(({ upload }, nth) =>
        upload === undefined ? [] : [{ upload, bytes: contents[nth] as Buffer }],
      );
      await Promise.all(accepted.map(({ upload, bytes }) => putAsTold(upload, bytes)));
      const ids = accepted.map(({ upload }) => upload.id);
      if (ids.length > 0) {
        const files = await completeAll(api, ids);
        for (const [nth, { id }] of files.entries()) ledger.files.set(id, sha256(accepted[nth]?.bytes as Buffer));
      }
      // The service limits the uploads that one person may start in a second.
      left += size - ids.length;
      if (ids.length < size) await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
  await Promise.all(owners.map(work));
}

/** Completes uploads as a client does: repeats the completion while the bucket is too slow. */
async function completeAll(api: Api, uploadIds: string[]): Promise<{ id: string }[]> {
  for (let attempt = 1; ; attempt++) {
    const { body } = await api.call("POST", "/uploads/complete", { uploadIds });
    const results: { file?: { id: string }; problem?: unknown }[] = body.files;
    const files = results.flatMap(({ file }) => file ?? []);
    if (files.length === results.length) return files;
    if (attempt === 10) {
      const problems = results.flatMap(({ problem }) => problem ?? []);
      throw new Error(`The completion of a batch failed: ${JSON.stringify(problems)}`);
    }
    await sleep(attempt * 500);
  }
}

/** Uploads large files as forms. All files have the same bytes, except for the first bytes. */
export async function seedLarge(api: Api, { ledger, count, bytes }: { ledger: Ledger; count: number; bytes: number }) {
  const noteId = await newNote(api);
  const content = randomBytes(bytes);
  for (let nth = 0; nth < count; nth++) {
    content.writeUInt32LE(nth);
    const { status, body } = await api.attach(noteId, { name: "large.bin", bytes: content });
    if (status !== 201) throw new Error(`A large file was refused: ${JSON.stringify(body)}`);
    ledger.files.set(body.id, sha256(content));
  }
}

/** Uploads, downloads, deletes and shares files until `signal` aborts. Throws if a request fails while the service runs. */
export async function work(api: Api, { ledger, signal }: { ledger: Ledger; signal: AbortSignal }): Promise<void> {
  let noteId = await newNote(api);
  const own: StoredFile[] = [];
  for (let turn = 1; !signal.aborted; turn++) {
    await ledger.isUp;
    const { kills } = ledger;
    await round(turn).catch(async (error) => {
      if (ledger.kills === kills) throw error;
      await ledger.isUp;
      await deletePending(api, noteId);
    });
  }

  async function round(turn: number): Promise<void> {
    // A note can have at most 500 links.
    if (turn % 1_000 === 0) noteId = await newNote(api);
    const startedAt = performance.now();
    const file = await upload(api, noteId, randomBytes(1 + Math.floor(Math.random() * 20_000)));
    ledger.files.set(file.id, file.sha256);
    own.push(file);
    const [id, expected] = pick(ledger.files);
    if ((await checksumAt(await urlOf(api, id))) !== expected) throw new Error(`The file ${id} has other bytes.`);
    if (own.length % 3 === 0) {
      const { id: gone } = own.shift() as StoredFile;
      ledger.files.delete(gone);
      for (const path of [`/attachments/${gone}`, `/trash/attachments/${gone}`]) {
        const { status, body } = await api.call("DELETE", path);
        if (status !== 204) throw new Error(`A deletion returned ${status}: ${JSON.stringify(body)}`);
      }
      ledger.deleted.add(gone);
    }
    if (turn % 4 === 1) await share(api, { ledger, file });
    ledger.requests += 1;
    ledger.longestMs = Math.max(ledger.longestMs, performance.now() - startedAt);
  }
}

/** Deletes files with unfinished uploads, because a move keeps the old bucket until these uploads have ended. */
async function deletePending(api: Api, noteId: string): Promise<void> {
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page = await api.call("GET", `/notes/${noteId}/attachments?limit=100${cursor && `&cursor=${cursor}`}`);
    const pending = page.body.items.filter(({ state }: { state: string }) => state === "pending");
    for (const { id } of pending) {
      const { status, body } = await api.call("DELETE", `/attachments/${id}`);
      if (status !== 204) throw new Error(`The deletion of an open upload returned ${status}: ${JSON.stringify(body)}`);
    }
    cursor = page.body.nextCursor ?? undefined;
  }
}

/** Makes a link to a file, and downloads this file as a visitor. */
async function share(api: Api, { ledger, file }: { ledger: Ledger; file: StoredFile }): Promise<void> {
  const { status, body } = await api.call("POST", `/attachments/${file.id}/links`, {});
  if (status !== 201) throw new Error(`A link was refused: ${status} ${JSON.stringify(body)}`);
  const token = body.url.slice(body.url.lastIndexOf("/") + 1);
  ledger.links.push(token);
  const claim = await api.call("POST", `/public/links/${token}/claims`, {});
  const [url] = claim.body.urls ?? [];
  if ((await checksumAt(url?.fileUrl)) !== file.sha256) throw new Error("A visitor got other bytes.");
}

/** Picks a file from the first half of the ledger. No worker deletes files of the first half. */
function pick(files: Map<string, string>): [id: string, sha256: string] {
  const stable = Math.max(1, Math.min(files.size, STABLE));
  const nth = Math.floor(Math.random() * stable);
  let at = 0;
  for (const entry of files) if (at++ === nth) return entry;
  throw new Error("The ledger is empty.");
}

/** The number of seeded files that the workers download, but never delete. */
const STABLE = 50;

/** Compares all files with the ledger. Returns the number of files, and all differences. */
export async function audit(
  api: Api,
  { ledger, isExpected }: { ledger: Ledger; isExpected: (url: URL) => boolean },
): Promise<{ files: number; wrong: string[] }> {
  const ids = [...ledger.files.keys()];
  const wrong: string[] = [];
  for (let at = 0; at < ids.length; at += 200) {
    const { body } = await api.call("POST", "/attachments/urls", {
      attachmentIds: ids.slice(at, at + 200),
      expiresIn: 900,
    });
    const queue = [...body.urls];
    const check = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const { attachmentId, fileUrl } = next;
        if (fileUrl == null || !isExpected(new URL(fileUrl))) wrong.push(`${attachmentId} is at ${fileUrl}`);
        else if ((await checksumAt(fileUrl)) !== ledger.files.get(attachmentId)) wrong.push(`${attachmentId} differs`);
      }
    };
    await Promise.all(Array.from({ length: 6 }, check));
  }
  for (const id of ledger.deleted) {
    if ((await api.call("GET", `/attachments/${id}/url`)).status !== 404) wrong.push(`${id} was deleted, and is there`);
  }
  return { files: ids.length, wrong };
}
