import { describe, expect, it } from "vitest";
import { createValetKey } from "../../index.ts";
import { startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { engines, postgres, runSql } from "../../testing/database/test-databases.ts";
import { SERVICE } from "../database/owner.ts";
import { createPlace, locationOf, open, optionsAt } from "./testing/embedding.ts";

describe.each(engines)("a database of an embedding on $name", (engine) => {
  it("requirement 40: a second application can't use the database of the first", async () => {
    const place = await createPlace(engine);
    const shop = await open(place, { application: "shop" });
    const { id } = (await shop.as("ann").upload("/invoice/42")).body;
    await expect(createValetKey(optionsAt(place, { application: "wiki" }))).rejects.toMatchObject({
      code: "database_unavailable",
      message:
        'This database belongs to the application "shop", and the application "wiki" can\'t share it. Give each of them a database or a schema of its own.',
    });
    await shop.files.tick();
    const { body } = await shop.as("ann").send(`GET /files/${id}/url`);
    expect(await (await fetch(body.fileUrl)).text()).toBe("the invoice");
  });

  it("requirement 40: an application can't use its database with another bucket", async () => {
    const place = await createPlace(engine);
    await open(place);
    const other = await startEmbedded();
    await expect(createValetKey(optionsAt({ ...place, server: other }))).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("is for files in the bucket"),
    });
    await other.stop();
  });

  it("requirement 40: an application can't use the service's database, or vice versa", async () => {
    const place = await createPlace(engine);
    const embedding = await open(place);
    await embedding.close();
    await expect(openAt(locationOf(place), { application: SERVICE })).rejects.toMatchObject({
      message: expect.stringContaining("the Valet Key service can't share it"),
    });
    const ofService = await createPlace(engine);
    await (await openAt(locationOf(ofService), { application: SERVICE })).close();
    await expect(createValetKey(optionsAt(ofService))).rejects.toMatchObject({
      message: expect.stringContaining("belongs to the Valet Key service"),
    });
  });

  it("two replicas of one application share a database", async () => {
    const place = await createPlace(engine);
    const [one, two] = [await open(place, { background: false }), await open(place, { background: false })];
    const { id } = (await one.as("ann").upload("/invoice/42")).body;
    expect(await two.as("ann").send(`GET /files/${id}/url`)).toMatchObject({ status: 200 });
    const first = Promise.all([one, two].map(({ as }) => as("ben").upload("/invoice/7")));
    expect((await first).map(({ status }) => status)).toEqual([200, 200]);
    expect((await two.files.asApplication.list({ resource: "invoice", itemId: "7" })).files).toHaveLength(2);
  });
});

describe("a PostgreSQL database of an application", () => {
  it("an embedded service changes no table of its application or of another application", async () => {
    const place = await createPlace(postgres, { isNew: true });
    await runSql(place.database, "create table notes (id integer); insert into notes values (1)");
    await runSql(
      place.database,
      "create table kysely_migration (name text); insert into kysely_migration values ('own')",
    );
    const shop = await open(place, { application: "shop" });
    const wiki = await open(place, { application: "wiki", schema: "wiki" });
    const { id } = (await shop.as("ann").upload("/invoice/42")).body;
    expect(await wiki.as("ann").send(`GET /files/${id}/url`)).toMatchObject({ status: 404 });
    expect(await wiki.as("ann").send("GET /invoice/42")).toMatchObject({ body: { items: [] } });
    expect(await runSql(place.database, "select * from notes, kysely_migration")).toEqual([{ id: 1, name: "own" }]);
    const tables = "select count(*)::integer as tables from information_schema.tables where table_schema = 'public'";
    expect(await runSql(place.database, tables)).toEqual([{ tables: 2 }]);
  });
});
