import { deriveLinkKeys } from "@valetkey/server/src/platform/crypto/link-keys.ts";
import { makeToken } from "@valetkey/server/src/platform/crypto/token.ts";
import type { Call } from "./call.ts";
import { apiToken, sessionCookie } from "./credentials.ts";
import { type BenchNote, type Dataset, LARGE_NOTE_FILES } from "./dataset.ts";
import { shuffle } from "./random.ts";
import { settings } from "./settings.ts";

export const BATCH_SIZE = LARGE_NOTE_FILES;
/** Each note is shared with this many users: first with all of them as viewers, then with all of them as editors. */
const RECEIVERS = 8;
/** The visitors of links have this many IP addresses, because the load exceeds the limits for one IP address. */
const VISITORS = 2 ** 17;

/** The data from which requests are made, and the JWT of each user. */
export type Source = { dataset: Dataset; tokens: ReadonlyMap<string, string>; random: () => number };

/** Makes the requests of each verb of the service, in the order in which a turn sends them. */
export const serviceCalls = {
  url: (source: Source): Call[] => urlCalls(source, (userId) => ({ token: source.tokens.get(userId) })),
  "url-session": (source: Source): Call[] => urlCalls(source, (userId) => ({ cookie: sessionCookie(userId) })),
  "url-api-token": (source: Source): Call[] => urlCalls(source, (userId) => ({ token: apiToken(userId).token })),
  batch: ({ dataset, tokens, random }: Source): Call[] =>
    shuffle(
      chooseBatches(dataset, random).map(({ userId, attachmentIds }) => batchCall(attachmentIds, tokens.get(userId))),
      random,
    ),
  /** Each user starts uploads to their own notes. */
  start: ({ dataset, tokens, random }: Source): Call[] =>
    shuffle(
      dataset.notes.map((note) => startCall(note, tokens.get(note.ownerId))),
      random,
    ),
  list: ({ tokens }: Source): Call[] => [...tokens.values()].map((token) => ({ method: "GET", path: "/notes", token })),
  share: shares,
  claim: (source: Source): Call[] =>
    toVisitors(source, (token) => ({ method: "POST", path: `/public/links/${token}/claims` })),
  landing: (source: Source): Call[] =>
    toVisitors(source, (token) => ({ method: "GET", path: `/public/links/${token}` })),
};

/** Makes a request for each file that a user may read, in random order. `credentialOf` returns the credential of a user. */
function urlCalls(
  { dataset, random }: Source,
  credentialOf: (userId: string) => Pick<Call, "token" | "cookie">,
): Call[] {
  const calls = dataset.grants.map(({ userId, attachment }) => ({
    ...urlCall(attachment.id, undefined),
    ...credentialOf(userId),
  }));
  return shuffle(calls, random);
}

export function urlCall(attachmentId: string, token: string | undefined): Call {
  return { method: "GET", path: `/attachments/${attachmentId}/url`, token };
}

export function batchCall(attachmentIds: string[], token: string | undefined): Call {
  return { method: "POST", path: "/attachments/urls", token, body: { attachmentIds } };
}

/** Every request that starts an upload declares this file, also the requests to peers. */
export const file = { filename: "Scan 12.pdf", sizeBytes: 20_000, contentType: "application/pdf" };

export function startCall({ id }: BenchNote, token: string | undefined, declared = file): Call {
  return { method: "POST", path: `/notes/${id}/uploads`, token, body: declared };
}

/** Makes the requests to an application that embeds Valet Key. Each note is an item of the application. */
export const embeddedCalls = {
  "embedded-url": ({ dataset, tokens, random }: Source): Call[] =>
    shuffle(
      dataset.grants.map(({ userId, attachment }) => ({
        method: "GET",
        path: `/files/files/${attachment.id}/url`,
        token: tokens.get(userId),
      })),
      random,
    ),
  "embedded-start": ({ dataset, tokens, random }: Source): Call[] =>
    shuffle(
      dataset.notes.map(({ id, ownerId }) => ({
        method: "POST",
        path: `/files/note/${id}/uploads`,
        token: tokens.get(ownerId),
        body: file,
      })),
      random,
    ),
};

/** Makes one batch for each user who may read a large note. The batch has all files of the note, as for "Download all", in random order. */
export function chooseBatches(dataset: Dataset, random: () => number): { userId: string; attachmentIds: string[] }[] {
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

/** The order of these requests matters. Each request makes a new share or changes a role, so no request repeats a stored share. */
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

function toVisitors({ dataset: { links } }: Source, callOf: (linkToken: string) => Call): Call[] {
  const [key] = deriveLinkKeys([settings.authSecret]).tokens;
  if (key === undefined) throw new Error("AUTH_SECRET gives no key of links");
  const tokens = links.map(({ id }) => makeToken(key, { linkId: id, generation: 0 }));
  return Array.from({ length: VISITORS }, (_, nth) => ({
    ...callOf(tokens[nth % tokens.length] as string),
    clientIp: [10, nth >> 16, nth >> 8, nth].map((byte) => byte & 255).join("."),
  }));
}
