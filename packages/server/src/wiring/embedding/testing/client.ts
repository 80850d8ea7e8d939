import type { ValetKey } from "../../../index.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
export type Answer = { status: number; headers: Headers; body: any };
export type Send = ReturnType<typeof clientOf>["send"];

/** Creates a client that sends requests to an entry point of an embedding, as one user. */
export function clientOf(door: ValetKey["fetch"], user: string, { base = "https://app.example.com/files" } = {}) {
  async function send(
    call: string,
    options: { json?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const [method = "GET", path = ""] = call.split(" ");
    const { json } = options;
    const headers = { "x-user": user, "sec-fetch-site": "same-origin", ...options.headers };
    const response = await door(
      new Request(base + path, {
        method,
        headers: json === undefined ? headers : { "content-type": "application/json", ...headers },
        body: json === undefined ? null : JSON.stringify(json),
      }),
    );
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }
  return { send, upload: (item: string, file?: Partial<TestFile>) => upload(send, { item, ...file }) };
}

type TestFile = { text: string; filename: string; contentType: string };

/** Uploads a small file to an item, and completes the upload. */
async function upload(send: Send, file: { item: string } & Partial<TestFile>): Promise<Answer> {
  const { item, text = "the invoice", filename = "invoice.txt", contentType = "text/plain" } = file;
  const declared = { filename, contentType, sizeBytes: Buffer.byteLength(text) };
  const started = await send(`POST ${item}/uploads`, { json: declared });
  if (started.status !== 201) return started;
  const { id, method, url, headers } = started.body.upload;
  const stored = await fetch(url, { method, headers, body: text });
  if (!stored.ok) throw new Error(`The bucket responded with ${stored.status}.`);
  return send(`POST /uploads/${id}/complete`);
}
