import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Statement } from "../compile-statement.ts";
import { readsInTurns } from "./statements.ts";

const statement = (name: string, sql: string): Statement => ({ name, sql, rows: "many", parameters: ["id"] });
const byId = statement("by id", "select value from facts where id = ?1");
const all = statement("all", "select id from facts order by id");
// SQLite prepares this statement without an error, and reports the overflow only when the statement runs.
const failing = statement("failing", "select abs(-9223372036854775808), ?1");

async function openFacts() {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-reads-"));
  const file = join(folder, "facts.db");
  const writer = new DatabaseSync(file);
  writer.exec("pragma journal_mode = wal; create table facts (id text primary key, value integer)");
  const reader = new DatabaseSync(file, { readOnly: true });
  onTestFinished(async () => {
    if (reader.isOpen) reader.close();
    writer.close();
    await rm(folder, { recursive: true });
  });
  const add = (id: string, value: number) => writer.exec(`insert into facts values ('${id}', ${value})`);
  return { reader, add, read: readsInTurns(reader) };
}

describe("the SQLite reads of one turn of the event loop", () => {
  it("each of several SQLite reads in one turn of the event loop gets its own rows", async () => {
    const { add, read } = await openFacts();
    add("a", 1);
    add("b", 2);
    expect(await Promise.all([read(byId, ["b"]), read(byId, ["c"]), read(byId, ["a"])])).toEqual([[[2]], [], [[1]]]);
  });

  it("SQLite reads see commits from the same turn of the event loop", async () => {
    const { add, read } = await openFacts();
    const first = read(byId, ["a"]);
    add("a", 1);
    expect(await first).toEqual([[1]]);
    add("b", 2);
    expect(await read(byId, ["b"])).toEqual([[2]]);
  });

  it("a failed SQLite read does not affect other reads in the same event loop turn", async () => {
    const { add, read } = await openFacts();
    add("a", 1);
    const reads = [
      read(byId, ["a"]),
      read(failing, ["a"]),
      read(statement("bad", "select nothing"), []),
      read(all, []),
    ];
    const outcomes = await Promise.allSettled(reads);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    add("b", 2);
    expect(await read(all, [])).toEqual([["a"], ["b"]]);
  });

  it("waiting SQLite reads fail when the database is closed", async () => {
    const { reader, read } = await openFacts();
    const last = read(byId, ["a"]);
    reader.close();
    await expect(last).rejects.toMatchObject({ code: "database_unavailable" });
    await expect(read(byId, ["a"])).rejects.toMatchObject({ code: "database_unavailable" });
  });

  it("SQLite reads hold no transaction between two turns of the event loop", async () => {
    const { add, reader, read } = await openFacts();
    add("a", 1);
    await read(byId, ["a"]);
    expect(reader.isTransaction).toBe(false);
  });
});
