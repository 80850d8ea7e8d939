import { argon2Sync } from "node:crypto";
import type { Attachment } from "../features/access/attachment.ts";
import type { Note } from "../features/access/note.ts";
import { attachmentQueries } from "../features/attachments/queries.ts";
import type { Link } from "../features/links/link.ts";
import { linkQueries } from "../features/links/queries/links.ts";
import { noteQueries } from "../features/notes/queries.ts";
import { makeToken } from "../platform/crypto/link-token.ts";
import type { Database } from "../platform/database/queries.ts";
import type { App } from "../platform/http/routes.ts";
import { sampleAttachment, sampleLink, sampleNote } from "./database/samples.ts";
import { testLinkKeys } from "./link-keys.ts";
import type { Answer } from "./service.ts";

type Given = Partial<Omit<Link, "attachmentIds">> & {
  /** The number of files of the note. Default: 1. */
  fileCount?: number;
  /** Selects the files that the link opens. Default: the link opens the whole note. */
  opens?: (files: Attachment[]) => Attachment[];
  password?: string;
  file?: Partial<Attachment>;
};

export type StoredLink = { note: Note; files: [Attachment, ...Attachment[]]; link: Link; token: string };

/** Stores a note of Ann with ready files, and a link that expires in an hour. */
export async function storeLink(db: Database, given: Given = {}): Promise<StoredLink> {
  const { fileCount = 1, opens, password, file, ...rest } = given;
  const note = sampleNote();
  const files = Array.from({ length: fileCount }, (_, nth) =>
    sampleAttachment(note, { state: "ready", filename: `file-${nth}.txt`, contentType: "text/plain", ...file }),
  ) as [Attachment, ...Attachment[]];
  const link = sampleLink(note, {
    attachmentIds: opens?.(files).map(({ id }) => id),
    createdAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
    passwordHash: password === undefined ? undefined : cheapHash(password),
    showPreviews: true,
    ...rest,
  });
  await db.transaction(async (tx) => {
    await noteQueries(tx).insert(note);
    for (const each of files) await attachmentQueries(tx).insert(each);
    await linkQueries(tx).insert(link);
  });
  return { note, files, link, token: tokenOfLink(link) };
}

/** Hashes a password with the lowest cost, so that tests with many guesses are quick. */
function cheapHash(password: string): string {
  const nonce = Buffer.from("salt of tests 16");
  const cost = { memory: 8, passes: 1, parallelism: 1, tagLength: 32 };
  const hash = argon2Sync("argon2id", { message: password, nonce, ...cost });
  const [salt, text] = [nonce, hash].map((bytes) => bytes.toString("base64").replaceAll("=", ""));
  return `$argon2id$v=19$m=8,t=1,p=1$${salt}$${text}`;
}

export function tokenOfLink({ id, generation }: Pick<Link, "id" | "generation">): string {
  return makeToken(testLinkKeys.tokens[0] as Uint8Array, { linkId: id, generation });
}

/** Creates a visitor who stores cookies as a browser does. `ip`: the IP address of the connection. */
export function visitorOf(app: App, { ip = "192.0.2.1", cookies = new Map<string, string>() } = {}) {
  async function send(call: string, options: { json?: object; form?: string; headers?: object } = {}): Promise<Answer> {
    const [method, url] = call.split(" ") as ["GET", string];
    const { json, form } = options;
    const response = await app.inject({
      method,
      url,
      remoteAddress: ip,
      headers: {
        ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") }),
        ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
        ...options.headers,
      },
      ...(json !== undefined && { payload: json }),
      ...(form !== undefined && { payload: form }),
    });
    for (const { name, value } of response.cookies) cookies.set(name, value);
    const { statusCode: status, headers, body: text } = response;
    const isJson = /json/.test(String(headers["content-type"]));
    return { status, headers, text, body: isJson && text !== "" ? JSON.parse(text) : undefined };
  }
  return {
    cookies,
    send,
    look: (token: string) => send(`GET /public/links/${token}`),
    unlock: (token: string, password: string) => send(`POST /public/links/${token}/unlock`, { json: { password } }),
    claim: (token: string, json: object = {}) => send(`POST /public/links/${token}/claims`, { json }),
    previews: (token: string, attachmentIds: readonly string[]) =>
      send(`POST /public/links/${token}/previews`, { json: { attachmentIds } }),
    urls: (token: string, claimId: string, json: object = {}) =>
      send(`POST /public/links/${token}/claims/${claimId}/urls`, { json }),
  };
}
