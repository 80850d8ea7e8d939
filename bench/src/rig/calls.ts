import {
  type BenchNote,
  createDataset,
  createRandom,
  type Dataset,
  LARGE_NOTE_FILES,
  SMALL_NOTE_FILES,
  shuffle,
} from "./dataset.ts";
import { apiToken, createToken, sessionCookie } from "./settings.ts";

/** A request of a workload. The load generator sends `body` as JSON. */
export type Call = {
  method: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  path: string;
  token?: string | undefined;
  /** The session cookie, as a browser sends it. */
  cookie?: string | undefined;
  /** The IP address of the client, which X-Forwarded-For contains, as behind a proxy. */
  clientIp?: string | undefined;
  body?: object | undefined;
};

/** Encodes a request as the bytes of an HTTP/1.1 request. */
export function encodeCall({ method, path, body, ...call }: Call): Buffer {
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = { host: "127.0.0.1", ...headersOf(call), ...(text && { "content-type": "application/json" }) };
  const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(text)) };
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`);
}

/** Sends a request once, outside of the measured load. */
export function sendCall(port: number, { method, path, body, ...call }: Call): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...headersOf(call), ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** Sends a request that must return 201, and returns the parsed response. */
export async function create<Created>(port: number, call: Call): Promise<Created> {
  const response = await sendCall(port, call);
  if (response.status !== 201) throw new Error(`${call.path} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as Created;
}

const CONTENT = "%PDF-1.7\n%%EOF";
/** A file of this type and size really is sent to the bucket. */
export const smallFile = { filename: "Scan 12.pdf", sizeBytes: CONTENT.length, contentType: "application/pdf" };

/** Starts an upload of `smallFile` and sends the file. Returns the request that completes the upload. */
export async function sendFile(port: number, start: Call): Promise<Call> {
  type Started = { upload: { id: string; method: string; url: string; headers: Record<string, string> } };
  const { upload } = await create<Started>(port, start);
  const { "content-length": _signed, ...headers } = upload.headers;
  const sent = await fetch(upload.url, { method: upload.method, headers, body: CONTENT });
  if (!sent.ok) throw new Error(`The bucket returned ${sent.status}: ${await sent.text()}`);
  return { method: "POST", path: `/uploads/${upload.id}/complete`, token: start.token, body: {} };
}

function headersOf({ token, cookie, clientIp }: Pick<Call, "token" | "cookie" | "clientIp">): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(cookie !== undefined && { cookie }),
    ...(clientIp !== undefined && { "x-forwarded-for": clientIp }),
  };
}

export const BATCH_SIZE = LARGE_NOTE_FILES;
/** The number of users with whom each note is shared, first as viewers and then as editors. */
const RECEIVERS = 8;
const SEED = 7;

/** The data from which requests are made, and the JWT of each user. */
export type Source = { dataset: Dataset; tokens: ReadonlyMap<string, string>; random: () => number };

export async function createSource(dataset = createDataset()): Promise<Source> {
  const tokens = new Map<string, string>();
  for (const userId of dataset.userIds) tokens.set(userId, await createToken(userId));
  return { dataset, tokens, random: createRandom(SEED) };
}

/** The file that every upload start declares, whatever the server is. */
export const file = { filename: "Scan 12.pdf", sizeBytes: 20_000, contentType: "application/pdf" };

export function batchCall(attachmentIds: string[], token: string | undefined): Call {
  return { method: "POST", path: "/attachments/urls", token, body: { attachmentIds } };
}

export function startCall({ id }: BenchNote, token: string | undefined, declared = file): Call {
  return { method: "POST", path: `/notes/${id}/uploads`, token, body: declared };
}

const query = new URLSearchParams({ filename: file.filename, type: file.contentType });
const described = { name: file.filename, size: file.sizeBytes, type: file.contentType };

/** Makes the requests of each repeatable workload, in the order of a turn. */
export const repeatable = {
  url: (source: Source) => urlCalls(source, (userId) => ({ token: source.tokens.get(userId) })),
  "url-session": (source: Source) => urlCalls(source, (userId) => ({ cookie: sessionCookie(userId) })),
  "url-api-token": (source: Source) => urlCalls(source, (userId) => ({ token: apiToken(userId).token })),
  batch: ({ dataset, tokens, random }: Source) =>
    shuffle(
      chooseBatches(dataset, random).map(({ userId, attachmentIds }) => batchCall(attachmentIds, tokens.get(userId))),
      random,
    ),
  /** Each user starts uploads to their own notes. */
  start: ({ dataset, tokens, random }: Source) =>
    shuffle(
      dataset.notes.map((note) => startCall(note, tokens.get(note.ownerId))),
      random,
    ),
  list: (source: Source) => byUser(source, { method: "GET", path: "/notes" }),
  share: shares,
  /** Requests to an application that embeds Valet Key. Each note of the data set is an item of the application. */
  "embedding-url": (source: Source) =>
    urlCalls(source, (userId) => ({ token: source.tokens.get(userId) })).map((call) => ({
      ...call,
      path: call.path.replace("/attachments", "/files/files"),
    })),
  "embedding-start": ({ dataset, tokens, random }: Source) =>
    shuffle(
      dataset.notes.map(({ id, ownerId }): Call => {
        return { method: "POST", path: `/files/note/${id}/uploads`, token: tokens.get(ownerId), body: file };
      }),
      random,
    ),
  // The workloads of peers have the requests that the client library of each peer sends. Each request has the token of a user, even if the
  // peer does not check tokens.
  /** The peers have no database, so the request contains the key of the object instead of the id of an attachment. */
  "peer-url": ({ dataset, tokens }: Source) =>
    dataset.grants.map(({ userId, attachment }): Call => {
      const path = `/files?${new URLSearchParams({ key: attachment.objectKey })}`;
      return { method: "GET", path, token: tokens.get(userId) };
    }),
  "better-upload": (source: Source) =>
    byUser(source, { method: "POST", path: "/api/upload", body: { route: "files", files: [described] } }),
  pushduck: (source: Source) =>
    byUser(source, { method: "POST", path: "/api/upload?route=files&action=presign", body: { files: [described] } }),
  companion: (source: Source) => byUser(source, { method: "GET", path: `/s3/params?${query}` }),
} satisfies Record<string, (source: Source) => Call[]>;

export type WorkloadName = keyof typeof repeatable | "complete" | "claim" | "landing";

/** The number of URLs in the audit log for each response of a workload. Default: no URL. */
export const urlsOf: Partial<Record<WorkloadName, number>> = {
  url: 1,
  "url-session": 1,
  "url-api-token": 1,
  "embedding-url": 1,
  batch: BATCH_SIZE,
  claim: SMALL_NOTE_FILES,
};

function byUser({ tokens }: Source, call: Call): Call[] {
  return [...tokens.values()].map((token) => ({ ...call, token }));
}

/** Makes a request for each file that a user may read, and shuffles the requests. `credentialOf`: returns the credential of a user. */
function urlCalls(
  { dataset, random }: Source,
  credentialOf: (userId: string) => Pick<Call, "token" | "cookie">,
): Call[] {
  const calls = dataset.grants.map(
    ({ userId, attachment }): Call => ({
      method: "GET",
      path: `/attachments/${attachment.id}/url`,
      ...credentialOf(userId),
    }),
  );
  return shuffle(calls, random);
}

/**
 * Makes one batch of file ids for each user who may read a large note. The batch has all files of the note in random order, as for
 * "Download all".
 */
function chooseBatches(dataset: Dataset, random: () => number): { userId: string; attachmentIds: string[] }[] {
  const batches = new Map<string, { userId: string; attachmentIds: string[] }>();
  for (const { userId, attachment } of dataset.grants) {
    const name = `${attachment.noteId} ${userId}`;
    const batch = batches.get(name) ?? { userId, attachmentIds: [] };
    batch.attachmentIds.push(attachment.id);
    batches.set(name, batch);
  }
  const large = [...batches.values()].filter(({ attachmentIds }) => attachmentIds.length === BATCH_SIZE);
  for (const { attachmentIds } of large) shuffle(attachmentIds, random);
  return large;
}

/** The order of these requests matters. Each request creates a share or changes its role, so no request repeats a stored share. */
function shares({ dataset: { notes, userIds }, tokens }: Source): Call[] {
  return ["viewer", "editor"].flatMap((role) =>
    Array.from({ length: RECEIVERS }, (_, nth) => nth).flatMap((nth) =>
      notes.map(({ id, ownerId }): Call => {
        const others = userIds.indexOf(ownerId) + 1 + nth;
        const body = { userIds: [userIds[others % userIds.length]], role };
        return { method: "PUT", path: `/notes/${id}/shares`, token: tokens.get(ownerId), body };
      }),
    ),
  );
}
