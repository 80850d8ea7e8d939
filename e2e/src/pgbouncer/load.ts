import { randomBytes } from "node:crypto";
import { type Answer, apiAs, putAsTold } from "../testing/api.ts";

const CALLERS = 16;
const TURNS = 2;
const URLS_A_TURN = 6;
/** The number of requests that `loadService` sends if no request fails. */
export const REQUESTS = CALLERS * TURNS * (URLS_A_TURN + 5);

/** The number of requests to the service, and a line for each failed request, such as `500 GET /notes`. */
export type Load = { requests: number; failures: string[] };

/** Makes 16 callers create notes, upload files and issue URLs in parallel. */
export async function loadService(url: string): Promise<Load> {
  const load: Load = { requests: 0, failures: [] };
  await Promise.all(Array.from({ length: CALLERS }, (_, nth) => work(url, { sub: `caller-${nth}`, load })));
  return load;
}

async function work(url: string, { sub, load }: { sub: string; load: Load }): Promise<void> {
  const api = await apiAs(url, { sub });
  /** Sends a request to the service, and counts it. Returns undefined if the request failed. */
  async function call(method: string, path: string, body?: unknown): Promise<Answer["body"]> {
    load.requests += 1;
    const answer = await api.call(method, path, body);
    if (answer.status < 400) return answer.body;
    load.failures.push(`${answer.status} ${method} ${path.replace(/[0-9a-f-]{36}/, ":id")}`);
    return undefined;
  }
  for (let turn = 0; turn < TURNS; turn += 1) {
    const note = await call("POST", "/notes", { title: `note ${turn}` });
    if (note === undefined) continue;
    const bytes = randomBytes(1_000);
    const declared = { filename: "put.bin", sizeBytes: bytes.length, contentType: "application/octet-stream" };
    const started = await call("POST", `/notes/${note.id}/uploads`, declared);
    if (started === undefined) continue;
    await putAsTold(started.upload, bytes);
    const attachment = await call("POST", `/uploads/${started.upload.id}/complete`);
    if (attachment === undefined) continue;
    const urls = Array.from({ length: URLS_A_TURN }, () => call("GET", `/attachments/${attachment.id}/url`));
    await Promise.all([...urls, call("GET", `/notes/${note.id}`), call("GET", "/notes")]);
  }
}
