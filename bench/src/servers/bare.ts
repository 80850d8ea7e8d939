// This server does the work of GET /attachments/:id/url with minimal code. The service cannot be faster. The server has the signer and the
// durable audit log of the service, but no schemas, router, log or security headers.
import { randomFillSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { createPresigner } from "@valetkey/presign";
import pg from "pg";
import { openPostgres, openSqlite, sqliteFileIn, urlAuditLog } from "../rig/service.ts";
import { createTokenReader } from "../rig/settings.ts";

const EXPIRES_IN_SECONDS = 60;
const PATH = /^\/attachments\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/url$/;

const {
  PORT,
  AWS_BUCKET_NAME,
  AWS_REGION,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AUTH_JWT_SECRET,
  DATABASE_URL,
  DATA_DIR,
} = process.env as Record<string, string>;

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
    // This Content-Disposition is correct only for the filenames of the benchmark. The service encodes this header for all filenames.
    response: { contentDisposition: `attachment; filename="${row.filename}"`, contentType: row.content_type },
  });
  await urlAuditLog(service).record({
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

type Question = { attachmentId: string; userId: string; now: number };

type AccessRow = {
  note_id: string;
  owner_id: string;
  object_key: string;
  filename: string;
  content_type: string;
  state: string;
  role: string | null;
};

/** Returns the SQL columns that decide the access of a user, for a query of `attachments a`. `role` is null without access. */
function accessColumns({ userId, now }: { userId: string; now: string }): string {
  const isLive = `(s.expires_at is null or s.expires_at > ${now})`;
  return `a.note_id, a.owner_id, a.object_key, a.filename, a.content_type, a.state,
  case when a.owner_id = ${userId} then 'owner' else coalesce(
    (select role from note_shares s where s.note_id = a.note_id and s.user_id = ${userId} and ${isLive}),
    (select 'viewer' from attachment_shares s where s.attachment_id = a.id and s.user_id = ${userId} and ${isLive})
  ) end as role`;
}

type Store = { findAccess(question: Question): Promise<AccessRow | undefined>; close(): Promise<void> };

function openSqliteStore(file: string): Store {
  const database = new DatabaseSync(file);
  const isOf = accessColumns({ userId: "?1", now: "?2" });
  const statement = database.prepare(`select ${isOf} from attachments a where a.id = ?3`);
  return {
    async findAccess({ attachmentId, userId, now }) {
      return statement.get(userId, now, attachmentId) as AccessRow | undefined;
    },
    async close() {
      database.close();
    },
  };
}

const CONNECTIONS = 4;
const MAX_QUESTIONS = 200;
const MAX_RUNNING = 2;

const ACCESS = `select asked.nth, ${accessColumns({ userId: "asked.user_id", now: "$3" })}
from unnest($1::text[], $2::text[]) with ordinality asked (user_id, attachment_id, nth)
join attachments a on a.id = asked.attachment_id`;

/** Decides the access of many requests with one SQL statement, as the service does. At most two statements run at a time. */
function openPostgresStore(url: string): Store {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  let waiting: {
    question: Question;
    resolve: (row: AccessRow | undefined) => void;
    reject: (error: unknown) => void;
  }[] = [];
  let running = 0;
  const run = async () => {
    if (running === MAX_RUNNING || waiting.length === 0) return;
    running += 1;
    const asked = waiting.slice(0, MAX_QUESTIONS);
    waiting = waiting.slice(MAX_QUESTIONS);
    try {
      const [users, ids] = [
        asked.map(({ question }) => question.userId),
        asked.map(({ question }) => question.attachmentId),
      ];
      const { rows } = await pool.query<AccessRow & { nth: string }>({
        name: "access",
        text: ACCESS,
        values: [users, ids, Date.now()],
      });
      const found = new Map(rows.map((row) => [Number(row.nth) - 1, row]));
      for (const [index, { resolve }] of asked.entries()) resolve(found.get(index));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    running -= 1;
    void run();
  };
  return {
    findAccess: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ question, resolve, reject });
        if (waiting.length === 1) setImmediate(run);
      }),
    close: () => pool.end(),
  };
}

const POOL_BYTES = 8_000;
const RANDOM_BYTES = 10;

/** Returns a function that creates UUIDv7s. The random bytes of the UUIDs come from a pool, which one system call fills for many UUIDs. */
function createIds(): (now: number) => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let position = POOL_BYTES;
  return (now) => {
    if (position >= POOL_BYTES) {
      randomFillSync(pool);
      position = 0;
    }
    const random = pool.toString("hex", position, position + RANDOM_BYTES);
    position += RANDOM_BYTES;
    const time = now.toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
  };
}

const presigner = createPresigner({ bucket: AWS_BUCKET_NAME ?? "", region: AWS_REGION ?? "" });
const credentials = { accessKeyId: AWS_ACCESS_KEY_ID ?? "", secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "" };
const readToken = createTokenReader(AUTH_JWT_SECRET ?? "");
const newId = createIds();
const file = sqliteFileIn(DATA_DIR ?? "");
const store = DATABASE_URL === undefined ? openSqliteStore(file) : openPostgresStore(DATABASE_URL);
// This server uses the audit log of the service, so that the events of the two servers are equally durable.
const service = await (DATABASE_URL === undefined
  ? openSqlite({ file, clock: Date.now })
  : openPostgres({ url: DATABASE_URL, clock: Date.now }));
const server = createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    respond(response, 500, '{"message":"Internal error"}');
  });
});
server.listen(Number(PORT), "127.0.0.1");
process.once("SIGTERM", () =>
  server.close(() => Promise.all([store.close(), service.close()]).then(() => process.exit(0))),
);
