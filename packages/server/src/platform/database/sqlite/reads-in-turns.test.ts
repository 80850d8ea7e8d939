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
// SQLite accepts the statement, and reports the overflow only during the run of the statement.
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

describe("the reads of a turn", () => {
  it("each read of a turn gets its own rows", async () => {
    const { add, read } = await openFacts();
    add("a", 1);
    add("b", 2);
    expect(await Promise.all([read(byId, ["b"]), read(byId, ["c"]), read(byId, ["a"])])).toEqual([[[2]], [], [[1]]]);
  });

  it("the reads of a turn see a commit from before the end of the turn", async () => {
    const { add, read } = await openFacts();
    const first = read(byId, ["a"]);
    add("a", 1);
    expect(await first).toEqual([[1]]);
    add("b", 2);
    expect(await read(byId, ["b"])).toEqual([[2]]);
  });

  it("a failing read of a turn does not affect other reads", async () => {
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

  it("the reads of a turn fail after the close of the database in the turn", async () => {
    const { reader, read } = await openFacts();
    const last = read(byId, ["a"]);
    reader.close();
    await expect(last).rejects.toMatchObject({ code: "database_unavailable" });
    await expect(read(byId, ["a"])).rejects.toMatchObject({ code: "database_unavailable" });
  });

  it("reads hold no transaction between turns of the event loop, so a checkpoint can copy the whole log", async () => {
    const { add, reader, read } = await openFacts();
    add("a", 1);
    await read(byId, ["a"]);
    expect(reader.isTransaction).toBe(false);
  });
});
