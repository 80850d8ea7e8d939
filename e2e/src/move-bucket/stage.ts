import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { BucketServer } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { freePort } from "../../../packages/server/src/wiring/free-port.ts";
import { type Api, apiAs, putAsTold } from "../testing/api.ts";
import { makePlace, type Place } from "../testing/service.ts";

/** Returns the settings of a bucket. `prefix`: the prefix of the settings, such as that of the next bucket. */
export function settingsOf({ bucket, region, endpoint, credentials }: Omit<BucketServer, "stop">, prefix = "") {
  const settings = {
    AWS_BUCKET_NAME: bucket,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    S3_ENDPOINT: endpoint,
  };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [prefix + name, value]));
}

/**
 * Makes a place with fixed ports, so that commands can reach the built-in bucket of the running service, and buckets can permit its origin.
 */
export async function makeFixedPlace(env: Record<string, string>): Promise<Place> {
  const [port, bucketPort] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  return makePlace({ PORT: String(port), S3_LOCAL_PORT: String(bucketPort), ...env });
}

/** The origin of the pages of a place with a fixed port. */
export const originOf = ({ env }: Place) => `http://localhost:${env.PORT}`;

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");

export function ann(url: string): Promise<Api> {
  // The token is valid for hours, because a move of many gigabytes takes as long.
  const exp = Math.floor(Date.now() / 1000) + 12 * 3600;
  return apiAs(url, { sub: "ann", email: "ann@example.com", email_verified: true, exp });
}

export async function newNote(api: Api): Promise<string> {
  return (await api.call("POST", "/notes", { title: "Files" })).body.id;
}

/** Starts an upload with a signed PUT. Like a client, waits if the person has started too many uploads in a short time. */
export async function startUpload(api: Api, noteId: string, bytes: Uint8Array) {
  const input = {
    ...{ filename: "file.bin", contentType: "application/octet-stream" },
    ...{ sizeBytes: bytes.length, sha256: sha256(bytes) },
  };
  for (;;) {
    const { status, body } = await api.call("POST", `/notes/${noteId}/uploads`, input);
    if (status === 201) return body.upload as { id: string; attachmentId: string } & Parameters<typeof putAsTold>[0];
    if (status !== 429) throw new Error(`The start of an upload returned ${status}: ${JSON.stringify(body)}`);
    await sleep(1_000);
  }
}

export type StoredFile = { id: string; sha256: string };

/** Uploads a file with a signed PUT. Returns the id and the checksum of the file. */
export async function upload(api: Api, noteId: string, bytes: Uint8Array = randomBytes(1_000)): Promise<StoredFile> {
  const started = await startUpload(api, noteId, bytes);
  await putAsTold(started, bytes);
  const { status, body } = await api.call("POST", `/uploads/${started.id}/complete`);
  if (status !== 200) throw new Error(`The completion returned ${status}: ${JSON.stringify(body)}`);
  return { id: body.id, sha256: sha256(bytes) };
}

export async function urlOf(api: Api, id: string): Promise<string> {
  return (await api.call("GET", `/attachments/${id}/url`)).body.fileUrl;
}

export async function download(api: Api, id: string): Promise<string> {
  const response = await fetch(await urlOf(api, id));
  return response.ok ? sha256(new Uint8Array(await response.arrayBuffer())) : `status ${response.status}`;
}
