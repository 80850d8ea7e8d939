import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Kysely, sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { deriveLinkKeys, makeToken, readToken, tokenIsRight } from "../../../platform/crypto/link-token.ts";
import { engines, runSql, type TestDatabase, type TestEngine } from "../../../testing/database/test-databases.ts";
import { testLinkKeys } from "../../../testing/link-keys.ts";
import { useService } from "../../../testing/use-service.ts";
import { createWorld } from "../../../testing/world.ts";

const PASSWORD = "a password that nobody else has";

describe.each(engines)("requirement 19: a dump of the database on $name", (engine) => {
  const service = useService({ engine });
  const links: { id: string; generation: number; token: string }[] = [];
  let dump: Buffer;
  let values: string[];

  beforeAll(async () => {
    const owner = service.as("owner");
    const { noteId, attachmentId } = await createWorld(service);
    for (const json of [
      {},
      { password: PASSWORD },
      { kind: "upload", request: {} },
      { attachmentIds: [attachmentId] },
    ]) {
      const { body: first } = await owner.send(`POST /notes/${noteId}/links`, { json });
      const { body: renewed } = await owner.send(`PATCH /links/${first.id}`, { json: { newUrl: true } });
      links.push({ id: first.id, generation: 0, token: first.url.slice(-43) });
      links.push({ id: first.id, generation: 1, token: renewed.url.slice(-43) });
    }
    await owner.send(`DELETE /links/${links[0]?.id}`);
    dump = await dumpOf(service.database, engine);
    values = await valuesOf(service.database.db.kysely as never, engine);
  });

  it("the dump of the database contains the link, but not its password", () => {
    for (const { id } of links) expect(dump.includes(id) && values.includes(id)).toBe(true);
    expect(dump.includes("$argon2id$")).toBe(true);
    expect(dump.includes(PASSWORD)).toBe(false);
  });

  it("the dump of the database contains no token and no MAC of a token", () => {
    for (const { token } of links) {
      const mac = Buffer.from(token, "base64url").subarray(16);
      for (const text of [token, ...(["hex", "base64", "base64url"] as const).map((each) => mac.toString(each))]) {
        expect(dump.includes(text.replaceAll("=", ""))).toBe(false);
      }
      expect(dump.includes(mac)).toBe(false);
    }
  });

  it("no value in the dump of the database is a secret that makes the token of a link", () => {
    expect(values.length).toBeGreaterThan(100);
    for (const value of ["", ...values]) {
      const hash = createHash("sha256").update(value).digest();
      for (const key of [...deriveLinkKeys([value]).tokens, Buffer.from(value), hash]) {
        for (const { id, generation } of links)
          expect(opens(makeToken(key, { linkId: id, generation }), generation)).toBe(false);
      }
    }
  });

  it("the token of a link can be made from the service's secret and a row of the dump", () => {
    const [key = Buffer.alloc(0)] = testLinkKeys.tokens;
    for (const { id, generation, token } of links) {
      expect(makeToken(key, { linkId: id, generation })).toBe(token);
      expect(opens(token, generation)).toBe(true);
      expect(opens(token, generation + 1)).toBe(false);
    }
  });
});

function opens(token: string, generation: number): boolean {
  const read = readToken(token);
  return read !== undefined && tokenIsRight(testLinkKeys.tokens, read, generation);
}

/** Returns all bytes of the database. On SQLite: the files of the database with their journals. On PostgreSQL: the rows of all tables. */
async function dumpOf({ file, url }: TestDatabase, engine: TestEngine): Promise<Buffer> {
  if (engine.name === "sqlite" && file !== undefined) {
    const folder = dirname(file);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
  }
  if (url === undefined) throw new Error("the database has neither a file nor a URL");
  const tables = await runSql(url, "select tablename from pg_tables where schemaname = 'public'");
  const rows = [];
  for (const { tablename } of tables as { tablename: string }[]) {
    rows.push(...(await runSql(url, `select "${tablename}"::text as row from "${tablename}"`)));
  }
  return Buffer.from(JSON.stringify(rows));
}

/** Returns the values of all columns, and the values inside JSON columns. */
async function valuesOf(db: Kysely<Record<string, Record<string, unknown>>>, engine: TestEngine): Promise<string[]> {
  const tables = await sql<{ name: string }>`${sql.raw(
    engine.name === "sqlite"
      ? "select name from sqlite_schema where type = 'table'"
      : "select tablename as name from pg_tables where schemaname = 'public'",
  )}`.execute(db);
  const found = new Set<string>();
  for (const { name } of tables.rows) {
    for (const row of (await sql<object>`select * from ${sql.table(name)}`.execute(db)).rows) collect(row, found);
  }
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) collect(each, found);
    return;
  }
  const text = String(value);
  found.add(text);
  for (const part of text.split(/[^\w-]+/)) if (part !== "") found.add(part);
}
