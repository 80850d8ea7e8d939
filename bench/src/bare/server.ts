// The hot path GET /attachments/:id/url, written by hand. The service cannot be faster than this server.
// This server has the signer and the durable audit log of the service, but no schemas, no router, no log and no security headers.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createPresigner } from "@valetkey/presign";
import { openPostgresStore } from "./postgres-store.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import type { Store } from "./store.ts";
import { createTokenReader } from "./tokens.ts";
import { createIds } from "./uuid.ts";

const EXPIRES_IN_SECONDS = 60;
const PATH = /^\/attachments\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/url$/;

const { PORT, AWS_BUCKET_NAME, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AUTH_JWT_SECRET, DATABASE_URL } =
  process.env as Record<string, string>;

const presigner = createPresigner({ bucket: AWS_BUCKET_NAME ?? "", region: AWS_REGION ?? "" });
const credentials = { accessKeyId: AWS_ACCESS_KEY_ID ?? "", secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "" };
const readToken = createTokenReader(AUTH_JWT_SECRET ?? "");
const newId = createIds();
const store: Store =
  DATABASE_URL === undefined ? openSqliteStore(process.env.DATA_DIR ?? "") : openPostgresStore(DATABASE_URL);

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const attachmentId = PATH.exec(request.url ?? "")?.[1];
  if (request.method !== "GET" || attachmentId === undefined) return respond(response, 404, '{"message":"Not found"}');
  const now = Date.now();
  const userId = readToken(request.headers.authorization, now);
  if (userId === undefined) return respond(response, 401, '{"message":"Unauthorized"}');
  const row = await store.findAccess({ attachmentId, userId, now });
  if (row === undefined) return respond(response, 404, '{"message":"Attachment not found"}');
  if (row.role === null) return respond(response, 403, '{"message":"Access denied"}');
  if (row.state !== "ready") return respond(response, 409, '{"message":"Attachment not ready"}');
  const signed = presigner.presignGet({
    key: row.object_key,
    credentials,
    now,
    expiresInSeconds: EXPIRES_IN_SECONDS,
    // This header is correct for the filenames of this benchmark. The service handles all filenames.
    response: { contentDisposition: `attachment; filename="${row.filename}"`, contentType: row.content_type },
  });
  await store.audit.record({
    id: newId(now),
    at: now,
    action: "url.issued",
    actorId: userId,
    noteId: row.note_id,
    ownerId: row.owner_id,
    attachmentIds: [attachmentId],
    detail: { expiresInSeconds: EXPIRES_IN_SECONDS, purpose: "download" },
  });
  const expiresAt = new Date(signed.expiresAt).toISOString();
  // The URL needs no escaping, because a signed URL has no characters that JSON escapes.
  respond(response, 200, `{"fileUrl":"${signed.url}","expiresIn":${EXPIRES_IN_SECONDS},"expiresAt":"${expiresAt}"}`);
}

function respond(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

const server = createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    respond(response, 500, '{"message":"Internal error"}');
  });
});
server.listen(Number(PORT), "127.0.0.1");
process.once("SIGTERM", () => server.close(() => store.close().then(() => process.exit(0))));
