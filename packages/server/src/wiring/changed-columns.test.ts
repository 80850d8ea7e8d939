import { sql } from "kysely";
import { expect, it } from "vitest";
import { accountQueries } from "../features/accounts/queries/accounts.ts";
import { attachmentQueries } from "../features/attachments/queries.ts";
import { linkQueries } from "../features/links/queries/links.ts";
import { noteQueries } from "../features/notes/queries.ts";
import { credentialQueries, identityQueries, peopleQueries } from "../features/people/queries.ts";
import { postgres, runSql } from "../testing/database/test-databases.ts";
import { startServiceInTest } from "../testing/use-service.ts";
import { createWorld } from "../testing/world.ts";

// Another replica migrates the database while this replica runs. PostgreSQL then refuses a named statement if its columns have changed, or
// if PostgreSQL does not know its name.
it("a replica of the service works while another replica changes table columns", async () => {
  const service = await startServiceInTest({ engine: postgres });
  const world = await createWorld(service);
  const [owner, editor] = [service.as("owner"), service.as("editor")];
  const root = service.as("root");
  await peopleQueries(service.db).put({ id: "root", email: undefined, name: "Root", isAdmin: true, now: 1 });

  const tour = async () => {
    const answers: [string, number][] = [];
    const send = async (call: string, { json, by = owner }: { json?: object; by?: typeof owner } = {}) => {
      const { status, body } = await by.send(call, json === undefined ? {} : { json });
      answers.push([call.replaceAll(/[\w-]{36,}/g, "ID"), status]);
      return body;
    };
    const { noteId, attachmentId } = world;
    const { id } = await send("POST /notes", { json: { title: "Another note" } });
    await send(`PATCH /notes/${id}`, { json: { title: "A better title" } });
    for (const path of ["", `/${noteId}`, `/${noteId}/attachments`, `/${noteId}/shares`, `/${noteId}/activity`]) {
      await send(`GET /notes${path}`);
    }
    await send("GET /notes?q=title");
    await send(`GET /notes/${noteId}`, { by: editor });
    const { upload } = await send(`POST /notes/${noteId}/uploads`, {
      json: { filename: "a.txt", sizeBytes: 1, contentType: "text/plain" },
    });
    await send(`GET /uploads/${upload.id}`);
    await send(`DELETE /uploads/${upload.id}`);
    await send(`GET /attachments/${attachmentId}/url`);
    await send("POST /attachments/urls", { json: { attachmentIds: [attachmentId] } });
    await send(`PUT /notes/${noteId}/shares`, { json: { emails: ["new@example.com"], role: "viewer" } });
    const { url, id: linkId } = await send(`POST /notes/${noteId}/links`, { json: { label: "For you" } });
    const token = url.split("/").at(-1);
    await send(`GET /notes/${noteId}/links`);
    await send(`GET /public/links/${token}`, { by: service.anonymous });
    await send(`POST /public/links/${token}/claims`, { json: {}, by: service.anonymous });
    await send(`PATCH /links/${linkId}`, { json: { label: "For you all" } });
    for (const path of ["/me", "/usage", "/links", "/tokens", "/webhooks", "/trash", "/activity"]) {
      await send(`GET ${path}`);
    }
    for (const path of ["/admin/people", "/admin/policy", "/admin/invitations"])
      await send(`GET ${path}`, { by: root });
    await send(`DELETE /notes/${id}`);
    return answers;
  };

  await tour();
  const before = await tour();
  expect(before.filter(([, status]) => status >= 300)).toEqual([]);
  const { url = "" } = service.database;
  // A partition gets its columns from its table.
  const statement =
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition";
  const tables = (await runSql(url, statement)) as { relname: string }[];
  for (const { relname } of tables) await runSql(url, `alter table "${relname}" add column added_later text`);
  expect(await tour()).toEqual(before);
  for (const column of ["notes alter title", "links alter label", "attachments alter filename"]) {
    await runSql(url, `alter table ${column} type varchar`);
  }
  expect(await tour()).toEqual(before);
});

it("the service sends a named statement again if PostgreSQL no longer knows the name", async () => {
  const service = await startServiceInTest({ engine: postgres });
  const { db } = service.database;
  const id = (await service.as("ann").send("POST /notes", { json: { title: "A note" } })).body.id;
  const page = { limit: 10, cursor: undefined };
  const read = () => attachmentQueries(db).pageOfNote(id, page);
  // This transaction has more statements than the service makes attempts for one transaction.
  const change = (title: string) =>
    db.transaction(async (tx) => {
      await noteQueries(tx).update(id, { title, updatedAt: 1 });
      await attachmentQueries(tx).pageOfNote(id, page);
      await peopleQueries(tx).findByIds(["ann"]);
      await linkQueries(tx).countLive(id);
      await credentialQueries(tx).exists({ kind: "session", id: "none" });
      await accountQueries(tx).findByEmail("ann@example.com");
      await identityQueries(tx).issuerOf("ann");
    });
  await read();
  await change("One");
  // Some poolers close a server connection, and give the client a new connection, which has no named statements.
  await sql`deallocate all`.execute(db.kysely);
  expect(await read()).toEqual({ items: [], nextCursor: undefined });
  await sql`deallocate all`.execute(db.kysely);
  await change("Two");
  expect((await service.as("ann").send(`GET /notes/${id}`)).body.title).toBe("Two");
});
