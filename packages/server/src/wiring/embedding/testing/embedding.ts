import { onTestFinished } from "vitest";
import { type BucketServer, inspect, startEmbedded } from "../../../bucket/testing/bucket-server.ts";
import type { TestEngine } from "../../../db/testing/test-databases.ts";
import type { ItemAction, Resources, User } from "../../../index.ts";
import { createValetKey, type ValetKey, type ValetKeyOptions } from "../../../index.ts";
import { collectLines } from "./collect-lines.ts";

export type TestUser = User & { invoices: Readonly<Record<string, readonly ItemAction[]>> };

/** The users of the application under test, with their rights on invoices. */
export const users = {
  ann: { id: "ann", email: "ann@example.com", name: "Ann", invoices: { "42": ["read", "add", "remove"] } },
  ben: { id: "ben", email: null, name: null, invoices: { "7": ["read", "add", "remove"] } },
  cleo: { id: "cleo", invoices: { "42": ["read"] } },
} satisfies Record<string, TestUser>;

export type Place = { database: string; server: BucketServer };
type Options = Partial<ValetKeyOptions<TestUser>>;

/** The rule of the application: the rights in `users`. */
export function mayInvoice(user: TestUser, action: ItemAction, id: string): boolean {
  return user.invoices[id]?.includes(action) ?? false;
}

export const invoices: Resources<TestUser> = { invoice: { may: mayInvoice } };

/** Creates a database and a bucket for one test. */
export async function createPlace(engine: TestEngine): Promise<Place> {
  const { location, remove } = await engine.createLocation();
  onTestFinished(remove);
  const server = await startEmbedded();
  onTestFinished(() => server.stop());
  return { database: "url" in location ? location.url : location.file, server };
}

/** The options of an embedding at this place. The header `x-user` names the user. */
export function optionsAt({ database, server }: Place, options: Options = {}): ValetKeyOptions<TestUser> {
  const { bucket: name, region, endpoint, credentials } = server;
  return {
    bucket: { name, region, endpoint, credentials },
    database,
    user: (request) => users[request.headers.get("x-user") as keyof typeof users] ?? null,
    resources: invoices,
    ...options,
  };
}

/** Opens an embedding for one test. */
export async function open(place: Place, options: Options = {}) {
  const log = collectLines();
  const files = await createValetKey(optionsAt(place, { logger: log.logger, ...options }));
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await files.close();
  };
  onTestFinished(close);
  return {
    files,
    as: (user: string) => clientOf(files.fetch, user),
    log: log.text,
    bucket: inspect(place.server),
    close,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
export type Answer = { status: number; headers: Headers; body: any };
export type Send = ReturnType<typeof clientOf>["send"];

/** Sends requests through a door as one user. */
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

/** Uploads a small file to an item, and completes it. */
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
