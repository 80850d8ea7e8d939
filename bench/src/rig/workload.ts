import { SignJWT } from "jose";
import { createDataset, type Dataset, datasetShapes } from "./dataset.ts";
import { below, createRandom } from "./random.ts";
import { settings } from "./settings.ts";

export type WorkloadName = "single" | "batch";

export const BATCH_SIZE = datasetShapes.batch.attachmentsOfNote;
const TOKEN_LIFE = "2h";
const SEED = 7;

/** The requests of a workload as bytes, in random order. All requests of a user have the same token, like in production. */
export async function createRequests(workload: WorkloadName): Promise<Buffer[]> {
  const dataset = createDataset(datasetShapes[workload]);
  const random = createRandom(SEED);
  const tokens = new Map<string, string>();
  for (const userId of dataset.userIds) tokens.set(userId, await createToken(userId));
  const requests = workload === "single" ? singles(dataset, tokens) : batches(dataset, { tokens, random });
  return shuffle(requests, random);
}

/** Makes the bearer token of an existing application: HS256, with the user id in `sub`. */
export function createToken(userId: string): Promise<string> {
  return new SignJWT({ email: `${userId}@bench.example`, name: "Bench" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(TOKEN_LIFE)
    .sign(new TextEncoder().encode(settings.jwtSecret));
}

/** The files of each note for each of its readers, in random order, like "download all" requests them. */
export function chooseBatches(dataset: Dataset, random: () => number): { userId: string; attachmentIds: string[] }[] {
  const batches = new Map<string, { userId: string; attachmentIds: string[] }>();
  for (const { userId, attachment } of dataset.grants) {
    const name = `${attachment.noteId} ${userId}`;
    const batch = batches.get(name) ?? { userId, attachmentIds: [] };
    batch.attachmentIds.push(attachment.id);
    batches.set(name, batch);
  }
  for (const { attachmentIds } of batches.values()) shuffle(attachmentIds, random);
  return [...batches.values()];
}

function singles(dataset: Dataset, tokens: Map<string, string>): Buffer[] {
  return dataset.grants.map(({ userId, attachment }) =>
    Buffer.from(
      `GET /attachments/${attachment.id}/url HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
        `Authorization: Bearer ${tokens.get(userId)}\r\nAccept: application/json\r\n\r\n`,
    ),
  );
}

function batches(dataset: Dataset, source: { tokens: Map<string, string>; random: () => number }): Buffer[] {
  return chooseBatches(dataset, source.random).map(({ userId, attachmentIds }) => {
    const body = JSON.stringify({ attachmentIds });
    return Buffer.from(
      `POST /attachments/urls HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${source.tokens.get(userId)}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

function shuffle<T>(items: T[], random: () => number): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = below(random, index + 1);
    const kept = items[index] as T;
    items[index] = items[other] as T;
    items[other] = kept;
  }
  return items;
}
