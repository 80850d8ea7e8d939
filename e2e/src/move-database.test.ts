import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createTestPostgresDatabase } from "../../packages/server/src/testing/database/test-databases.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { expectAllThere } from "./testing/expect-all-there.ts";
import { nothingYet, sha256 } from "./testing/load.ts";
import { endOfCli, makePlace, type Place, runCli, startProcess } from "./testing/service.ts";
import { startPgBouncer } from "./testing/start-pgbouncer.ts";

const EMAIL = "ann@example.com";
const PASSWORD = "correct horse battery";
const NEW_TITLE = "Written after a move";

/** Signs in, checks everything that the service has acknowledged, and sends one request of each kind. */
async function smokeTest(place: Place, { seen, linkPath }: { seen: ReturnType<typeof nothingYet>; linkPath?: string }) {
  const service = await startProcess(place);
  onTestFinished(async () => void (await service.stop("SIGKILL")));
  const signIn = await fetch(`${service.url}/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: service.url },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  expect(signIn.status).toBe(200);
  const ann = await apiAs(service.url, { sub: "ann" });
  await expectAllThere(ann, seen);
  if (linkPath !== undefined) expect((await fetch(service.url + linkPath)).status).toBe(200);
  const note = (await ann.call("POST", "/notes", { title: NEW_TITLE })).body;
  seen.notes.push({ id: note.id, title: NEW_TITLE });
  const bytes = new TextEncoder().encode(`file of ${note.id}`);
  const file = (await ann.attach(note.id, { name: "a.txt", bytes })).body;
  seen.attachments.push({ id: file.id, sha256: sha256(bytes) });
  await ann.call("GET", `/attachments/${file.id}/url`);
  seen.issued.push({ noteId: note.id, attachmentId: file.id });
  const found = await ann.call("GET", `/notes?q=${encodeURIComponent(NEW_TITLE)}`);
  expect(found.body.items).toHaveLength(seen.notes.length);
  const link = await makeLink(ann, note.id);
  expect(await service.stop()).toBe(0);
  return link;
}

async function makeLink(api: Api, noteId: string): Promise<string> {
  const { status, body } = await api.call("POST", `/notes/${noteId}/links`, {});
  expect(status).toBe(201);
  return new URL(body.url).pathname;
}

it("a service works after a database move to PostgreSQL (through PgBouncer) and back", async () => {
  const place = await makePlace({ AUTH_SECRET: "" });
  const database = await createTestPostgresDatabase();
  const pooler = await startPgBouncer(database.url, { mode: "transaction", preparedStatements: 0, size: 5 });
  onTestFinished(async () => {
    await pooler.stop().catch(() => undefined);
    await database.remove();
    await place.remove();
  });
  const file = join(place.dataDir, "valetkey.db");
  await runCli(place, ["user", "add", "--email", EMAIL, "--password", PASSWORD]);
  const seen = nothingYet();
  const firstLink = await smokeTest(place, { seen });

  const to = Object.assign(new URL(pooler.url), { password: "hidden-word" }).href;
  const moved = await runCli(place, ["move", "database", "--to", to]);
  expect(moved.stdout).toMatch(/Moved and verified \d+ rows of \d+ tables/);
  expect(moved.stdout).toContain("Set AUTH_SECRET to the value of authSecret");
  expect(moved.stdout + moved.stderr).not.toContain("hidden-word");
  const { authSecret } = JSON.parse(await readFile(join(place.dataDir, "secrets.json"), "utf8"));
  const onPostgres = { ...place, env: { ...place.env, DATABASE_URL: pooler.url, AUTH_SECRET: authSecret } };
  const secondLink = await smokeTest(onPostgres, { seen, linkPath: firstLink });

  const inUse = await endOfCli(onPostgres, ["move", "database", "--to", "sqlite"]);
  expect(inUse).toMatchObject({ code: 1, stderr: expect.stringContaining("also those of a pooler") });
  await pooler.stop();
  const direct = { ...onPostgres, env: { ...onPostgres.env, DATABASE_URL: database.url } };
  const notEmpty = await endOfCli(direct, ["move", "database", "--to", "sqlite"]);
  expect(notEmpty).toMatchObject({ code: 1, stderr: expect.stringContaining("The target is not empty") });
  for (const end of ["", "-url-journal"]) await rename(`${file}${end}`, `${file}${end}.old`);
  const { stdout } = await runCli(direct, ["move", "database", "--to", "sqlite", "--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({ event: "done", nextSteps: expect.any(Array) });
  await smokeTest({ ...place, env: { ...place.env, AUTH_SECRET: authSecret } }, { seen, linkPath: secondLink });
});

it("a database move refuses a target behind PgBouncer in statement mode", async () => {
  const place = await makePlace();
  const database = await createTestPostgresDatabase();
  const pooler = await startPgBouncer(database.url, { mode: "statement", preparedStatements: 0, size: 5 });
  onTestFinished(async () => {
    await pooler.stop();
    await database.remove();
    await place.remove();
  });
  const { code, stderr } = await endOfCli(place, ["move", "database", "--to", pooler.url]);
  expect(stderr).toContain(
    "the connection pooler runs in statement mode. The pooler refused BEGIN.\npool_mode = transaction",
  );
  expect(stderr).not.toContain("The move failed");
  expect(code).toBe(1);
});
