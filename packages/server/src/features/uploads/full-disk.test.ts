import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { TestService } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";

describe.each(engines)("a batch of upload starts on a full disk, on $name", (engine) => {
  const service = useService({ engine });

  /** Fills the disk of the database during a batch of starts. Returns a function that frees space again. */
  async function fillDisk({ db }: TestService): Promise<() => Promise<unknown>> {
    const run = (statement: string) => sql.raw(statement).execute(db.kysely);
    if (engine.name === "sqlite") {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db.kysely);
      await run(`pragma max_page_count = ${Number(rows[0]?.page_count) + 3}`);
      return () => run("pragma max_page_count = 100000");
    }
    await run(`create function fill() returns trigger language plpgsql as $$ begin
      if new.filename like '19-%' then raise exception 'disk full' using errcode = '53100'; end if; return new;
      end $$`);
    await run("create trigger fill before insert on uploads for each row execute function fill()");
    return () => run("drop trigger fill on uploads");
  }

  it("the usage counts exactly the uploads that were stored before the disk was full", async () => {
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const free = await fillDisk(service);
    const uploads = Array.from({ length: 20 }, (_, nth) => ({
      filename: `${nth}-${"x".repeat(200)}.txt`,
      sizeBytes: 5,
      contentType: "text/plain",
    }));
    const { status, body } = await ann.send(`POST /notes/${noteId}/uploads/batch`, { json: { uploads } });
    await free();
    const acknowledged = (body.uploads ?? []).filter(({ upload }: { upload?: object }) => upload !== undefined);
    const { rows } = await sql<{ count: number }>`select count(*) as count from uploads`.execute(service.db.kysely);
    expect(Number(rows[0]?.count)).toBe(acknowledged.length);
    expect((await ann.send("GET /usage")).body).toMatchObject({ files: acknowledged.length });
    expect((await ann.send(`GET /notes/${noteId}/attachments?limit=200`)).body.items).toHaveLength(acknowledged.length);
    expect({ status, code: body.code }).toEqual({ status: 507, code: "storage_full" });
  });
});
