import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import {
  type AddedObject,
  addObjects,
  type BucketBackup,
  findObjects,
  listBlobs,
  startS3Local,
} from "@valetkey/s3-local";
import { DomainError } from "../../platform/errors.ts";

export { type AddedObject, addObjects, findObjects, listBlobs };

/**
 * Starts a backup of the built-in bucket in `dataDir`. If the service runs, the bucket of the service makes the backup. If the service is
 * stopped, this process runs the bucket. `end` rejects if the service stopped during the backup, because a stopped service does not protect
 * the blobs any more. Rejects with `bucket_unavailable`.
 */
export async function startBucketBackup(dataDir: string): Promise<BucketBackup> {
  try {
    const running = await startInBucketProcess(dataDir);
    if (running === undefined) return await startInThisProcess(dataDir);
    return {
      copyMetadata: (to) => running.copyMetadata(to).catch(refuse),
      end: () => running.end().catch(refuse),
    };
  } catch (cause) {
    return refuse(cause);
  }
}

/**
 * Runs the bucket in this process, to lock its folder and to copy its metadata. With random credentials, the bucket refuses all requests.
 */
async function startInThisProcess(dataDir: string): Promise<BucketBackup> {
  const credentials = { accessKeyId: "backup", secretAccessKey: randomBytes(32).toString("hex") };
  const bucket = await startS3Local({ dataDir, credentials });
  const backup = await bucket.startBackup().catch(async (error) => {
    await bucket.close({ withinMs: 0 });
    throw error;
  });
  return {
    copyMetadata: backup.copyMetadata,
    async end() {
      await backup.end();
      await bucket.close({ withinMs: 0 });
    },
  };
}

function refuse(cause: unknown): never {
  const remedy = "Run the command again. If that fails too, stop the service first.";
  throw new DomainError("bucket_unavailable", `The built-in bucket can't be copied. ${remedy}`, { cause });
}

/*
 * `valetkey backup` and the built-in bucket run in different processes, but only the process of the bucket can read the metadata. The two
 * processes communicate over a Unix socket that only the owner of the data folder can open. Each backup has its own connection, and ends
 * when this connection closes.
 */

type Request = { name: "start" | "end" } | { name: "copyMetadata"; to: string };

type Reply = { ok: true; file?: string } | { ok: false; message: string };

/** The maximum length of the path of a Unix socket on macOS. On Linux, the maximum is 4 bytes more. */
const MAX_PATH_BYTES = 103;

function socketPath(dataDir: string): string {
  const path = join(dataDir, "backup.sock");
  const fromHere = relative(process.cwd(), path);
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : fromHere;
}

/** Serves backups of a running bucket to other processes. Returns undefined on Windows, or if the path of the socket is too long. */
export async function serveBackups(
  dataDir: string,
  startBackup: () => Promise<BucketBackup>,
): Promise<{ close(): void } | undefined> {
  const path = socketPath(dataDir);
  if (process.platform === "win32" || Buffer.byteLength(path) > MAX_PATH_BYTES) return undefined;
  // A killed process leaves its socket file behind. No other process uses the file, because this process has the lock on the data folder.
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    void serve(socket, startBackup);
  });
  server.listen(path);
  await once(server, "listening");
  chmodSync(path, 0o600);
  return { close: () => closeServer(server, connections) };
}

function closeServer(server: Server, connections: Set<Socket>): void {
  server.close();
  for (const socket of connections) socket.destroy();
}

async function serve(socket: Socket, startBackup: () => Promise<BucketBackup>): Promise<void> {
  let backup: BucketBackup | undefined;
  async function reply(request: Request): Promise<Reply> {
    try {
      if (request.name === "start") backup ??= await startBackup();
      if (request.name === "copyMetadata" && backup !== undefined) {
        return { ok: true, file: await backup.copyMetadata(request.to) };
      }
      if (request.name === "end") await backup?.end();
      return { ok: true };
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }
  // If the client disconnects, the loop ends, and the code after the loop ends the backup.
  socket.on("error", () => undefined);
  try {
    for await (const line of createInterface({ input: socket })) {
      socket.write(`${JSON.stringify(await reply(JSON.parse(line)))}\n`);
    }
  } catch {
    // A broken connection ends the backup below, like a closed connection.
  }
  await backup?.end().catch(() => undefined);
}

/** Starts a backup in the process of a running bucket. Returns undefined if no bucket runs. Rejects while another backup runs. */
async function startInBucketProcess(dataDir: string): Promise<BucketBackup | undefined> {
  if (process.platform === "win32") return undefined;
  const socket = connect(socketPath(dataDir));
  try {
    await once(socket, "connect");
  } catch {
    return undefined;
  }
  // After a broken connection, the next request to the bucket fails, so this listener does nothing.
  socket.on("error", () => undefined);
  const lines = createInterface({ input: socket });
  // A destroyed socket emits no `end`. Without this listener, the next reply would never settle.
  socket.on("close", () => lines.close());
  const replies = lines[Symbol.asyncIterator]();
  async function request(content: Request): Promise<string> {
    socket.write(`${JSON.stringify(content)}\n`);
    const { value, done } = await replies.next();
    if (done === true) throw new Error("The service stopped during the backup.");
    const reply: Reply = JSON.parse(value);
    if (!reply.ok) throw new Error(reply.message);
    return reply.file ?? "";
  }
  try {
    await request({ name: "start" });
  } catch (error) {
    // An open connection would keep the process of the backup alive.
    socket.destroy();
    throw error;
  }
  return {
    copyMetadata: (to) => request({ name: "copyMetadata", to }),
    async end() {
      await request({ name: "end" }).finally(() => socket.destroy());
    },
  };
}
