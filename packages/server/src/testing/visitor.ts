import type { FileRequest } from "@valetkey/contract";
import { expect } from "vitest";
import type { Link } from "../features/links/link.ts";
import { linkQueries } from "../features/links/queries/links.ts";
import type { App } from "../platform/http/routes.ts";
import { sampleLink } from "./database/samples.ts";
import { tokenOfLink, visitorOf } from "./link-visits.ts";
import type { Answer, TestService } from "./service.ts";

type Given = { request?: Partial<FileRequest>; link?: Partial<Link> };

/** Inserts a file request of a note, which is open for an hour. Returns its link, and the token of this link. */
export async function insertRequest(
  { db }: Pick<TestService, "db">,
  { noteId, ownerId, request, link: given }: { noteId: string; ownerId: string } & Given,
): Promise<{ link: Link; token: string }> {
  const note = { id: noteId, ownerId, title: "", body: "", createdAt: 0, updatedAt: 0 };
  const link = sampleLink(note, {
    kind: "upload",
    expiresAt: Date.now() + 3_600_000,
    createdAt: Date.now(),
    request: {
      maxFiles: 10,
      maxBytesPerFile: 1_000,
      maxBytesTotal: 5_000,
      accept: [],
      askName: "optional",
      review: false,
      slots: [],
      ...request,
    },
    ...given,
  });
  await db.transaction((tx) => linkQueries(tx).insert(link));
  return { link, token: tokenOfLink(link) };
}

export type TestVisitor = ReturnType<typeof createVisitor>;

type File = {
  filename?: string;
  path?: string;
  contentType?: string;
  slotId?: string;
  visitorName?: string;
  sha256?: string;
};

/** Creates a visitor of a file request. `ip`: the IP address of the connection. `cookies`: the cookies from another connection. */
export function createVisitor(app: App, token: string, options: { ip?: string; cookies?: Map<string, string> } = {}) {
  const visitor = visitorOf(app, options);

  function send(call: string, given: { json?: object; headers?: object } = {}): Promise<Answer> {
    const [method, path] = call.split(" ") as [string, string];
    return visitor.send(`${method} /public/links/${token}${path}`, given);
  }

  function start(content: string | Buffer, { filename = "a.txt", contentType = "text/plain", ...rest }: File = {}) {
    const json = { filename, contentType, sizeBytes: Buffer.byteLength(content), ...rest };
    return send("POST /uploads", { json });
  }

  return {
    token,
    cookies: visitor.cookies,
    send,
    start,
    /** Uploads a file, and returns the response to the request that completes the upload. */
    async sendFile(content: string | Buffer, file: File = {}): Promise<Answer & { uploadId: string }> {
      const started = await start(content, file);
      expect(started.status, started.text).toBe(201);
      const { id } = started.body.upload;
      expect(await put(started.body.upload, content)).toBe(200);
      return { ...(await send(`POST /uploads/${id}/complete`)), uploadId: id };
    },
  };
}

/** Sends bytes to the presigned URL. Returns the status of the bucket's response. */
export async function put(
  upload: { method: string; url: string; headers: Record<string, string> },
  content: string | Buffer,
): Promise<number> {
  const { "content-length": _signed, ...headers } = upload.headers;
  const body = typeof content === "string" ? content : new Uint8Array(content);
  return (await fetch(upload.url, { method: upload.method, headers, body })).status;
}
