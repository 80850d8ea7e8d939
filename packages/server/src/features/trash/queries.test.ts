import { type CompiledQuery, type KyselyPlugin, CompiledQuery as Query } from "kysely";
import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { trashQueries } from "./queries.ts";

/** Matches the scan of a whole table or index in a query plan. A scan of `notes_to_purge` is permitted, because it is a queue. */
const SCANS =
  /Seq Scan|SCAN (?!notes USING COVERING INDEX notes_to_purge)|Index (Only )?Scan using (?!notes_to_purge)[^\n]*\n(?!\s*Index Cond)/;

describe.each(engines)("the queries of the trash on $name", (engine) => {
  const suite = useDatabase(engine);

  /** Returns the trash queries, and the list of statements that they run. */
  function watched() {
    const { kysely } = suite.db;
    const compiled = new WeakMap<object, CompiledQuery>();
    const statements: CompiledQuery[] = [];
    const watch: KyselyPlugin = {
      transformQuery({ node, queryId }) {
        compiled.set(queryId, kysely.withoutPlugins().getExecutor().compileQuery(node, queryId));
        return node;
      },
      // Kysely also transforms subqueries, but runs only whole statements.
      async transformResult({ result, queryId }) {
        statements.push(compiled.get(queryId) as CompiledQuery);
        return result;
      },
    };
    return { statements, queries: trashQueries({ ...suite.db, kysely: kysely.withPlugin(watch), built: new Map() }) };
  }

  async function planOf({ sql, parameters }: CompiledQuery): Promise<string> {
    const { kysely } = suite.db;
    if (engine.name === "sqlite") {
      const { rows } = await kysely.executeQuery<{ detail: string }>(
        Query.raw(`explain query plan ${sql}`, [...parameters]),
      );
      return rows.map(({ detail }) => detail).join("\n");
    }
    return kysely.transaction().execute(async (tx) => {
      // With this setting, PostgreSQL scans a table only if it can use no index. By default, PostgreSQL scans every small table.
      await tx.executeQuery(Query.raw("set local enable_seqscan = off"));
      const { rows } = await tx.executeQuery<Record<string, string>>(Query.raw(`explain ${sql}`, [...parameters]));
      return rows.flatMap(Object.values).join("\n");
    });
  }

  it("a note or a file moves to the trash and back without the scan of a whole table", async () => {
    const note = sampleNote();
    const file = sampleAttachment(note, { state: "ready" });
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(file);
    const { statements, queries } = watched();
    const item = { noteId: note.id, ownerId: "ann", deletedBy: "ann", deletedAt: 1 };
    for (const id of ["of-file", "of-note"]) {
      if (id === "of-file") await queries.putAttachment(file.id, { ...item, id });
      else await queries.putNote({ ...item, id });
      const subject = id === "of-file" ? { attachmentId: file.id } : { noteId: note.id };
      const held = await queries.hold(subject, "ann");
      if (held === undefined) throw new Error("The item is in the trash.");
      await queries.restore(held.item);
    }
    await queries.startPurge(note.id);
    expect(await queries.nextToPurge()).toBe(note.id);
    expect(await queries.holdToPurge(note.id)).toBe(true);
    expect(statements.length).toBeGreaterThan(10);
    for (const statement of statements) {
      expect(await planOf(statement), statement.sql).not.toMatch(SCANS);
    }
  });
});
