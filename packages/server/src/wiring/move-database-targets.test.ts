import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { urlJournalFile } from "../platform/database/sqlite/file.ts";
import { emptyPostgres, filled, moveTo, newSqlite, onFinding } from "../testing/database/database-moves.ts";
import { runSql } from "../testing/database/test-databases.ts";
import { openPostgres } from "./database/open-postgres.ts";
import { parseDatabase, previewMove } from "./move-database.ts";

describe("a refused target of a database move", () => {
  it("a database move refuses a PostgreSQL template database as the target", async () => {
    const { url } = await emptyPostgres();
    const name = new URL(url).pathname.slice(1);
    await runSql(url, `alter database "${name}" is_template true`);
    try {
      const target = { kind: "postgres", url, prepared: "auto" } as const;
      await expect(moveTo(await newSqlite({ migrated: true }), target)).rejects.toThrow("The target is a template");
    } finally {
      await runSql(url, `alter database "${name}" is_template false`);
    }
  });

  it("a database move refuses a target that is not empty", async () => {
    const [source, target] = [await filled(), await emptyPostgres()];
    await runSql(target.url, "create table other (id int)");
    await expect(moveTo(source, target)).rejects.toThrow("The target is not empty: it has other.");
    const [there, back] = [await emptyPostgres(), await newSqlite({ migrated: true })];
    await moveTo(source, there);
    await expect(moveTo(there, back)).rejects.toThrow("The target is not empty");
    rmSync(back.file);
    writeFileSync(urlJournalFile(back.file), "");
    await expect(moveTo(there, back)).rejects.toThrow("valetkey.db-url-journal exists");
  });

  it("a dry run of a database move refuses a SQLite target that is not in a folder", async () => {
    const source = await emptyPostgres();
    await (await openPostgres({ url: source.url, clock: Date.now })).close();
    const { file } = await newSqlite({ migrated: true });
    const target = { kind: "sqlite", file: join(file, "valetkey.db") } as const;
    await expect(previewMove({ source, target, onFinding })).rejects.toThrow(`The service may not write to ${file}`);
  });

  it("a database move refuses a target that does not store UTF-8", async () => {
    const target = await emptyPostgres("encoding 'LATIN1' locale 'C'");
    await expect(moveTo(await filled(), target)).rejects.toThrow("The encoding of the database is LATIN1.");
  });

  it("a database move refuses a source and a target of the same engine", async () => {
    const [source, target] = [await filled(), await emptyPostgres()];
    await expect(moveTo(source, source)).rejects.toThrow("A move needs two engines");
    await expect(moveTo(target, target)).rejects.toThrow("A move needs two engines");
  });

  describe("the role of the target", () => {
    /** Creates a role, and returns the target with this role. */
    async function asNewRole({ url }: { url: string }) {
      const role = `mover ${randomBytes(6).toString("hex")}`;
      await runSql(url, `create role "${role}" login password 'p'; revoke create on schema public from public`);
      onTestFinished(async () => void (await runSql(url, `drop role "${role}"`)));
      const asRole = Object.assign(new URL(url), { username: role, password: "p" }).href;
      return { kind: "postgres", url: asRole, prepared: "auto" } as const;
    }

    it("a database move and its dry run refuse a PostgreSQL role that may not create tables", async () => {
      const [source, target] = [await filled(), await asNewRole(await emptyPostgres())];
      await expect(moveTo(source, target)).rejects.toThrow("may not create tables");
      await expect(previewMove({ source, target, onFinding })).rejects.toThrow("may not create tables");
    });

    it("a database move names the missing right of a PostgreSQL role that may not connect", async () => {
      const empty = await emptyPostgres();
      const target = await asNewRole(empty);
      const [name, { username }] = [new URL(empty.url).pathname.slice(1), new URL(target.url)];
      await runSql(empty.url, `revoke connect on database "${name}" from public`);
      await expect(moveTo(await filled(), target)).rejects.toThrow(
        `SQLSTATE 42501.\nGRANT CONNECT ON DATABASE "${name}" TO "${decodeURIComponent(username)}";`,
      );
      // Without a user in the URL, the package pg takes the user of the environment.
      vi.stubEnv("PGUSER", decodeURIComponent(username));
      vi.stubEnv("PGPASSWORD", "p");
      onTestFinished(() => void vi.unstubAllEnvs());
      const url = Object.assign(new URL(target.url), { username: "", password: "" }).href;
      await expect(moveTo(await filled(), { ...target, url })).rejects.toThrow(`TO "${decodeURIComponent(username)}";`);
    });
  });

  it("a database move refuses a PostgreSQL target without the schema of its search path", async () => {
    const target = await emptyPostgres();
    await runSql(target.url, `alter database "${new URL(target.url).pathname.slice(1)}" set search_path = nowhere`);
    await expect(moveTo(await filled(), target)).rejects.toThrow("may not create tables");
  });

  it("a database move refuses an older PostgreSQL than the service supports", async () => {
    const target = await emptyPostgres();
    // A test can't install an old server, so this function hides the version of the real server.
    await runSql(
      target.url,
      `create function current_setting(text) returns text language sql
         return case $1 when 'server_version_num' then '130023' else pg_catalog.current_setting($1) end;
       alter database "${new URL(target.url).pathname.slice(1)}" set search_path = public, pg_catalog`,
    );
    const source = await filled();
    const refusal = "The database is PostgreSQL 13.\nUpgrade to PostgreSQL 14 or newer";
    await expect(moveTo(source, target)).rejects.toThrow(refusal);
    await expect(previewMove({ source, target, onFinding })).rejects.toThrow(refusal);
    expect(await runSql(target.url, "select from pg_class where relnamespace = 'public'::regnamespace")).toEqual([]);
  });

  it("the error about an unreachable target of a database move names the option --to", async () => {
    const target = { kind: "postgres", url: "postgres://u:p@127.0.0.1:1/x", prepared: "auto" } as const;
    await expect(moveTo(await filled(), target)).rejects.toThrow("Start PostgreSQL, or correct --to.");
  });
});

describe("the target of the command `valetkey move database`", () => {
  const config = { server: { dataDir: "/data" } } as Parameters<typeof parseDatabase>[1];
  it.each([
    ["postgres://u:p@db/x", { kind: "postgres", url: "postgres://u:p@db/x", prepared: "auto" }],
    ["sqlite", { kind: "sqlite", file: "/data/valetkey.db" }],
    ["sqlite:/tmp/a.db", { kind: "sqlite", file: "/tmp/a.db" }],
    ["POSTGRES://u:p@db/x", { kind: "postgres", url: "postgres://u:p@db/x", prepared: "auto" }],
    ["SQLite", { kind: "sqlite", file: "/data/valetkey.db" }],
    ["/tmp/copies", { kind: "sqlite", file: "/tmp/copies" }],
    ["/tmp/a=b@c:d.db", { kind: "sqlite", file: "/tmp/a=b@c:d.db" }],
    ["/tmp/a.db", { kind: "sqlite", file: "/tmp/a.db" }],
  ])("the command `valetkey move database` accepts the target %s", (text, expected) => {
    expect(parseDatabase(text, config)).toEqual(expected);
  });

  it.each([
    "mysql://u:secret@db/x",
    "mysql://u:secret@db/x.db",
    "postgres://u:sec ret@[db/x",
    "postgres://u:a@secret/x@db/x",
    "postgres:/u:secret@db/x",
    "postgres:u:secret@db/x.db",
    "u:secret@db/x",
    "host=127.0.0.1 dbname=x password=secret",
    "password = secret dbname=x.db",
    "sqlite:",
    "sqlite://secret",
    ":memory:",
  ])("the error about the wrong target %s does not contain the password", (text) => {
    expect(() => parseDatabase(text, config)).toThrow(/^(?!.*sec)--to (?:must be|is not|has)/);
  });

  it.each(["postgres://u:secret@db", "postgres://u:secret@db/", "postgres://u:secret@one,two/?ssl=true"])(
    "the command `valetkey move database` refuses the target %s without the name of a database",
    (text) => {
      expect(() => parseDatabase(text, config)).toThrow(/^--to names no database/);
    },
  );
});
