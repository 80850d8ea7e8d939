import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, inject, it, onTestFinished } from "vitest";
import { describeFailure } from "../../packages/server/src/cli/program.ts";
import { startEmbedded } from "../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { loadConfig } from "../../packages/server/src/platform/config/index.ts";
import { createTestPostgresDatabase, runSql } from "../../packages/server/src/testing/database/test-databases.ts";
import { createLogger, startService } from "../../packages/server/src/wiring/service.ts";
import { apiAs } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { makeEmptyPlace, makePlace, type Place, runCli, startProcess, startWithNpm } from "./testing/service.ts";

const SOURCES = resolve(import.meta.dirname, "../../packages/server/src");
const LIST_MODULES = resolve(import.meta.dirname, "testing/list-modules.child.ts");
const WEB_APP = resolve(import.meta.dirname, "../../packages/web/dist/index.html");

const AUTH_SECRET = "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc";
// A service with wrong settings usually exits within 10 seconds, but takes much longer while the machine runs all tests.
const TIME_TO_FAIL_MS = 100_000;
const NOBODY = 65_534;
const databases = useDatabases({ migrated: false });
const migratedDatabases = useDatabases();

const places: Place[] = [];
async function place(env?: Record<string, string>): Promise<Place> {
  const made = await makeEmptyPlace(env);
  places.push(made);
  return made;
}
afterEach(async () => {
  for (const made of places.splice(0)) await made.remove();
});

describe("the first start", () => {
  it("the first start prints the URL, the data folder and the next step", async () => {
    const here = await place();
    const service = await startProcess(here);
    expect(service.output()).toMatch(/^Valet Key listens on http:\/\/localhost:\d+$/m);
    expect(service.output()).toContain(`Data: ${here.dataDir}`);
    const next = existsSync(WEB_APP)
      ? new RegExp(`^Next: open ${service.url} in a browser .*valetkey token create`, "m")
      : /^Next: npm run build, then start again, .*valetkey token create/m;
    expect(service.output()).toMatch(next);
    expect(service.output()).toContain("Note: only this computer can open the links.");
    expect((await stat(join(here.dataDir, "secrets.json"))).mode & 0o777).toBe(0o600);
    expect(await service.stop()).toBe(0);
  });

  it("a start with HOST=0.0.0.0 prints that links work only on this computer", async () => {
    const service = await startProcess(await place({ HOST: "0.0.0.0", PUBLIC_URL: "" }));
    const notes = service.output().match(/^Note: .*links.*$/gm);
    expect(notes).toEqual([expect.stringMatching(/HOST is 0\.0\.0\.0 and PUBLIC_URL is not set: only this computer/)]);
    expect(await service.stop()).toBe(0);
  });

  it("the first start with closed sign-up prints how to create accounts", async () => {
    // A test place opens sign-up by default. An empty AUTH_SIGN_UP counts as unset, so sign-up is closed here.
    const service = await startProcess(await place({ AUTH_SIGN_UP: "" }));
    expect(service.output()).toMatch(/^Next: .*npx valetkey user add/m);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ email: "ann@example.com", name: "Ann", password: "correct horse battery" });
    const refused = await fetch(`${service.url}/auth/sign-up/email`, { method: "POST", headers, body });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: "access_denied" }]);
    expect(await service.stop()).toBe(0);
  });

  it.each(["built-in", "S3"])(
    "a start with access keys for the %s bucket loads no code of the AWS SDK",
    async (kind) => {
      const bucket = await startEmbedded();
      onTestFinished(() => bucket.stop());
      const { accessKeyId, secretAccessKey } = bucket.credentials;
      const s3 = {
        AWS_BUCKET_NAME: bucket.bucket,
        AWS_REGION: bucket.region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        S3_ENDPOINT: bucket.endpoint,
        S3_FORCE_PATH_STYLE: "true",
        AUTH_SECRET,
      };
      const here = await place({ NODE_OPTIONS: `--import=${LIST_MODULES}`, ...(kind === "S3" ? s3 : {}) });
      // Runs the sources of the service, because the bundled command does not have the names of the modules.
      const service = await startProcess(here, { node: process.execPath, command: join(SOURCES, "cli.ts") });
      expect(service.output()).toContain("bucket: conditional PUT yes");
      expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
      await service.stop();
      expect(service.output()).toMatch(/^loads \S+platform\/bucket\/requests\.ts$/m);
      expect(service.output()).not.toMatch(/^loads \S+\/@(?:aws-sdk|smithy)\//m);
    },
  );

  it("a start with wrong settings reports all faults with remedies, and exits with 1", async () => {
    const here = await place({ PORT: "99999", URL_TTL_MAX: "0", AWS_BUCKET_NAME: "b", AUTH_JWT_SECRET: "short" });
    const failed = runCli(here, ["start"]);
    await expect(failed).rejects.toMatchObject({ code: 1 });
    const { stderr } = await failed.catch((error: { stderr: string }) => error);
    for (const name of ["PORT", "URL_TTL_MAX", "AWS_REGION", "AUTH_SECRET", "AUTH_JWT_SECRET"]) {
      expect(stderr).toContain(name);
    }
    expect(stderr.match(/->/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it("requirement 29: a missing secret prevents the start of a service with PostgreSQL", async () => {
    const here = await place({ DATABASE_URL: "postgres://localhost/none" });
    const { stderr } = await runCli(here, ["start"]).catch((error: { stderr: string }) => error);
    expect(stderr).toContain("AUTH_SECRET");
    expect(stderr).toContain("openssl rand -base64 32");
  });
});

it("a command in a folder without a database names this folder and writes nothing", async () => {
  const here = await place();
  const refused = await runCli(here, ["user", "add", "--email", "ann@example.com"]).catch((error) => error);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain(`There is no database at ${join(here.dataDir, "valetkey.db")}.`);
  expect(existsSync(join(here.dataDir, "secrets.json"))).toBe(false);
});

describe("a later start", () => {
  it("after a restart, the built-in bucket accepts requests from the service's new URL", async () => {
    const here = await place();
    await (await startProcess(here)).stop();
    const service = await startProcess(here);
    const [, bucketUrl] = /bucket: built-in, (\S+)\)/.exec(service.output()) ?? [];
    const headers = { origin: service.url, "access-control-request-method": "PUT" };
    const preflight = await fetch(`${bucketUrl}/valetkey/a`, { method: "OPTIONS", headers });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([200, service.url]);
    await service.stop();
  });
});

/** Starts the command with wrong settings, and returns its error message. Fails unless the command exits with code 1. */
async function messageOfFailedCommand(here: Place, options: { uid?: number } = {}): Promise<string> {
  const failed = runCli(here, ["start"], { ...options, timeout: TIME_TO_FAIL_MS });
  const { code, killed, stderr } = await failed.then(
    () => expect.fail("the service started"),
    (error: { code: number | null; killed: boolean; stderr: string }) => error,
  );
  expect({ code, killed }, stderr).toEqual({ code: 1, killed: false });
  return expectShort(stderr);
}

/**
 * Starts the service in the test process, and returns the error message that the command would print. A process takes seconds to start. The
 * other tests show that the command also exits after each step of the start.
 */
async function messageOfFailedStart(here: Place): Promise<string> {
  const { config } = loadConfig({ ...here.env, LOG_LEVEL: "silent" }, { workingDirectory: here.dataDir });
  const error = await startService(config, { logger: createLogger(config) }).then(
    () => expect.fail("the service started"),
    (error) => error,
  );
  return expectShort(describeFailure(error));
}

function expectShort(message: string): string {
  expect(message).not.toMatch(/^\s+at /m);
  expect(message.trim().split("\n").length, message).toBeLessThanOrEqual(4);
  return message;
}

describe("a failed start on PostgreSQL", () => {
  const on = (url: string) => place({ DATABASE_URL: url, AUTH_SECRET });

  it.each(["127.0.0.1", "localhost"])("a failed start reports that no PostgreSQL listens on %s", async (host) => {
    const message = await messageOfFailedStart(await on(`postgres://user:secret@${host}:1/files`));
    expect(message).toContain(`PostgreSQL at ${host}:1 can't be reached. Start it, or correct DATABASE_URL.`);
    expect(message).toContain("ECONNREFUSED");
    expect(message).not.toContain("secret");
  });

  it("a failed start reports that the PostgreSQL server never responds", async () => {
    const silent = await listenOnFreePort();
    const message = await messageOfFailedStart(await on(`postgres://user:secret@127.0.0.1:${silent}/files`));
    expect(message).toContain(`PostgreSQL at 127.0.0.1:${silent} can't be reached.`);
  });

  it("a failed start reports that the PostgreSQL database does not exist", async () => {
    const url = new URL(inject("postgresUrl"));
    url.pathname = "/nowhere";
    const message = await messageOfFailedStart(await on(url.href));
    expect(message).toContain("Correct the user, the password and the database in DATABASE_URL.");
    expect(message).toContain('database "nowhere" does not exist');
  });

  it("a failed start reports that the PostgreSQL server is a standby or read-only", async () => {
    const { url, remove } = await createTestPostgresDatabase();
    onTestFinished(remove);
    const message = await messageOfFailedStart(await on(`${url}?options=-c%20default_transaction_read_only%3Don`));
    expect(message).toContain("is a standby, or read-only. Set the host in DATABASE_URL to the primary.");
  });

  it("a failed start reports that no PostgreSQL host is a primary, with each host's response", async () => {
    const { url, remove } = await createTestPostgresDatabase();
    onTestFinished(remove);
    const { host } = new URL(url);
    const hosts = url.replace(host, `127.0.0.1:1,${host}`);
    const message = await messageOfFailedCommand(await on(`${hosts}?options=-c%20default_transaction_read_only%3Don`));
    expect(message).toContain(`PostgreSQL at 127.0.0.1:1, ${host} has no primary.`);
    expect(message).toMatch(/127\.0\.0\.1:1: connect ECONNREFUSED .*; .*: The database is read-only/);
  });

  it("a failed start reports that the PostgreSQL user may not create tables", async () => {
    const { url, remove } = await createTestPostgresDatabase();
    const user = `valetkey_test_${randomBytes(6).toString("hex")}`;
    await runSql(url, `create role ${user} login password 'secret'`);
    onTestFinished(async () => {
      await remove();
      await runSql(inject("postgresUrl"), `drop role ${user}`);
    });
    await runSql(url, "revoke create on schema public from public");
    const asUser = Object.assign(new URL(url), { username: user, password: "secret" });
    const message = await messageOfFailedStart(await on(asUser.href));
    expect(message).toContain("a user that may create tables");
    expect(message).toContain("permission denied");
  });
});

describe("a failed start on SQLite", () => {
  it.each<[string, (file: string) => Promise<unknown>]>([
    ["a directory", (file) => mkdir(file)],
    ["not a database", (file) => writeFile(file, "This is a text, as long as the header of a database. ".repeat(20))],
  ])("a failed start reports that the SQLite file is %s", async (_, make) => {
    const here = await place();
    await make(sqliteFile(here));
    const message = await messageOfFailedStart(here);
    expect(message).toContain(`The database file ${sqliteFile(here)} can't be used.`);
    expect(message).toContain("DATA_DIR");
  });

  it.each([
    ["the database", 0o400, 0o777],
    ["the data folder", 0o600, 0o555],
  ])("a failed start reports that the service may not write to %s", async (_, fileMode, folderMode) => {
    const here = await place();
    await writeFile(sqliteFile(here), "");
    await chmod(sqliteFile(here), fileMode);
    await chmod(here.dataDir, folderMode);
    // Root may write to every file, so root starts the service as another user.
    const message = await messageOfFailedCommand(here, process.getuid?.() === 0 ? { uid: NOBODY } : {});
    expect(message).toContain(here.dataDir);
    expect(message).toMatch(/DATA_DIR|write permission/);
    expect(message).toContain("permission denied");
  });
});

describe.each(migratedDatabases)("a failed start with a database of a newer version, on $name", ({ makeEnv }) => {
  it("a failed start reports that a newer Valet Key wrote the database", async () => {
    const here = await makePlace(await makeEnv());
    places.push(here);
    await execute(here, "insert into facts (name, value) values ('migration:9999-from-the-future', 'true')");
    expect((await messageOfFailedCommand(here)).trim()).toBe(
      "This database was written by a newer Valet Key (migration 9999-from-the-future), and needs a version with the migration 9999-from-the-future. Install that version, or restore a backup.",
    );
  });
});

describe.each(databases)("a failed start on $name", ({ makeEnv }) => {
  it("a failed start names the migration that failed", async () => {
    const here = await place(await makeEnv());
    await execute(here, "create table notes (id text)");
    const message = await messageOfFailedStart(here);
    expect(message).toContain("the migration 0200-initial-schema");
    expect(message).toContain("already exists");
  });
});

describe("a failed start", () => {
  it("a failed start names a port that is in use", async () => {
    const here = await place({ PORT: String(await listenOnFreePort()) });
    expect(await messageOfFailedCommand(here)).toContain("set PORT");
    const service = await startProcess({ ...here, env: { ...here.env, PORT: "0" } });
    expect(await service.stop()).toBe(0);
  });

  it("a failed start names the port of the built-in bucket if the port is in use", async () => {
    const here = await place({ S3_LOCAL_PORT: String(await listenOnFreePort()) });
    expect(await messageOfFailedStart(here)).toContain("S3_LOCAL_PORT");
  });

  it("a failed start names the bucket folder that another process has locked", async () => {
    const here = await place();
    const service = await startProcess(here);
    const message = await messageOfFailedCommand(here);
    expect(message).toContain("Stop the other process, or set DATA_DIR to another folder.");
    expect(message).toContain(join(here.dataDir, "bucket"));
    expect(await service.stop()).toBe(0);
  });
});

describe("the content security policy of the pages", () => {
  const secrets = {
    AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  // No server listens on port 9. The service signs URLs without a request to the bucket.
  const nowhere = { ...secrets, S3_ENDPOINT: "http://localhost:9" };

  it.each<[string, Record<string, string>, string]>([
    [
      "whose host name starts with its name",
      { AWS_BUCKET_NAME: "files", S3_FORCE_PATH_STYLE: "false" },
      "http://files.localhost:9",
    ],
    [
      "with a public URL of its own",
      { AWS_BUCKET_NAME: "files", S3_PUBLIC_ENDPOINT: "https://storage.example.com/base" },
      "https://storage.example.com",
    ],
  ])("requirement 25: the content security policy permits the origin of a bucket %s", async (_, env, origin) => {
    const service = await startProcess(await place({ ...nowhere, ...env }));
    const { headers } = await fetch(service.url);
    const policy = headers.get("content-security-policy") ?? "";
    for (const directive of ["connect-src", "img-src", "media-src"]) {
      const allowed = policy.split(";").find((part) => part.trim().startsWith(directive));
      expect(allowed?.split(" ").filter((source) => source.includes("://"))).toEqual([origin]);
    }
    expect(service.output()).toContain(origin);
    await service.stop();
  });

  it("requirement 24: the built-in bucket accepts files from the pages of the service", async () => {
    const service = await startProcess(await place({ PUBLIC_URL: "http://LOCALHOST:80/" }));
    const bucket = /bucket: built-in, (http:\S+)\)/.exec(service.output())?.[1];
    const asked = {
      method: "OPTIONS",
      headers: { origin: "http://localhost", "access-control-request-method": "PUT" },
    };
    const { headers } = await fetch(`${bucket}/valetkey/key`, asked);
    expect(headers.get("access-control-allow-origin")).toBe("http://localhost");
    await service.stop();
  });
});

describe("a stop of the service", () => {
  it("a stopping service finishes its running request and writes the audit log", async () => {
    const here = await place();
    const service = await startProcess(here);
    const ann = await apiAs(service.url, { sub: "ann" });
    const note = await ann.call("POST", "/notes", { title: "In flight" });
    const file = await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" });
    const slow = await slowUpload(service.url, note.body.id);
    const urls = Promise.all(Array.from({ length: 20 }, () => ann.call("GET", `/attachments/${file.body.id}/url`)));
    expect((await urls).every((answer) => answer.status === 200)).toBe(true);
    const stopped = service.stop();
    slow.finish();
    expect(await slow.statusLine).toContain("201");
    expect(await stopped).toBe(0);

    const again = await startProcess(here);
    const later = await apiAs(again.url, { sub: "ann" });
    const activity = await later.call("GET", `/notes/${note.body.id}/activity`);
    const issued = activity.body.items.filter((event: { action: string }) => event.action === "url.issued");
    expect(issued).toHaveLength(20);
    await again.stop();
  });

  it.each([
    ["SIGTERM", "npm, as a supervisor"],
    ["SIGINT", "the group (Ctrl-C)"],
  ] as const)("after the signal %s to %s, `npm start` finishes its requests and exits with 0", async (signal, to) => {
    const service = await startWithNpm(await place());
    onTestFinished(() => killGroup(service.pid));
    const ann = await apiAs(service.url, { sub: "ann" });
    const note = await ann.call("POST", "/notes", { title: "In flight" });
    const slow = await slowUpload(service.url, note.body.id);
    process.kill(to.includes("Ctrl-C") ? -service.pid : service.pid, signal);
    await service.printed(/(finishing what is in flight)/);
    slow.finish();
    expect(await slow.statusLine).toContain("201");
    expect(await service.ended).toBe(0);
    const [refused] = await once(connect(Number(new URL(service.url).port), "127.0.0.1"), "error");
    expect(refused).toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe.each(databases.filter(({ name }) => name === "postgres"))("two replicas on one database", ({ makeEnv }) => {
  it("requirement 16: one replica refuses access after a revocation on another replica", async () => {
    const shared = await makeEnv();
    const secrets = { AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
    const here = await place({ ...shared, ...secrets });
    const there = await place({ ...shared, ...secrets });
    const [first, second] = await Promise.all([startProcess(here), startProcess(there)]);
    const ann = await apiAs(first.url, { sub: "ann" });
    const ben = await apiAs(second.url, { sub: "ben" });
    const note = await ann.call("POST", "/notes", { title: "Shared" });
    const file = await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" });
    const ask = () => ben.call("GET", `/attachments/${file.body.id}/url`);
    for (let round = 0; round < 5; round++) {
      await ann.call("PUT", `/notes/${note.body.id}/shares`, { userIds: ["ben"], role: "viewer" });
      expect((await ask()).status).toBe(200);
      expect((await ann.call("DELETE", `/notes/${note.body.id}/shares/ben`)).status).toBe(204);
      expect((await ask()).status).toBe(403);
    }
    expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
  });
});

const sqliteFile = ({ dataDir }: Place) => join(dataDir, "valetkey.db");

/** Runs an SQL statement in the database of a stopped service. */
async function execute(here: Place, statement: string): Promise<void> {
  const { DATABASE_URL } = here.env;
  if (DATABASE_URL === undefined) {
    const database = new DatabaseSync(sqliteFile(here));
    database.exec(statement);
    database.close();
    return;
  }
  await runSql(DATABASE_URL, statement);
}

/** Starts a server that accepts connections but never responds, until the end of the test. Returns the port of the server. */
async function listenOnFreePort(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on("error", () => undefined)));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}

/** Starts an upload with a form. `finish` sends the last bytes of the form. */
async function slowUpload(url: string, noteId: string) {
  const { signTestJwt } = await import("../../packages/server/src/testing/auth/test-jwt.ts");
  const token = await signTestJwt({ sub: "ann" });
  const head =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="slow.txt"\r\nContent-Type: text/plain\r\n\r\nslow';
  const tail = "er\r\n--x--\r\n";
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `POST /notes/${noteId}/attachments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\nExpect: 100-continue\r\n` +
      `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${head.length + tail.length}\r\n\r\n${head}`,
  );
  // Waits until the service processes the request, which can take long on a busy machine.
  expect(String((await once(socket, "data"))[0])).toContain("100 Continue");
  const statusLine = once(socket, "data").then(([data]) => String(data).split("\r\n", 1)[0]);
  return { statusLine, finish: () => socket.write(tail) };
}
