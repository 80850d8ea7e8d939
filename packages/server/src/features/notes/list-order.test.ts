import { describe, expect, it } from "vitest";
import { encodeCursor } from "../../platform/database/pages.ts";
import { sampleNote, sampleShare } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { MAX_PINS } from "./pin-queries.ts";
import { noteQueries } from "./queries.ts";

const AT = Date.UTC(2030, 0, 1);

describe.each(engines)("the list of notes on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30 } });

  /** Inserts notes of an owner, from the oldest to the newest. */
  async function insertNotes(
    ownerId: string,
    notes: readonly { title: string; changed?: number }[],
  ): Promise<string[]> {
    const ids: string[] = [];
    for (const [nth, { title, changed = nth }] of notes.entries()) {
      const note = sampleNote({ ownerId, title, createdAt: AT + nth, updatedAt: AT + changed });
      await noteQueries(service.db).insert(note);
      ids.push(note.id);
    }
    return ids;
  }

  /** Reads a whole list, page by page, and returns the titles. */
  async function titlesOf(person: Client, query: string, limit = 2): Promise<string[]> {
    const titles: string[] = [];
    for (let cursor = ""; ; ) {
      const { status, body } = await person.send(`GET /notes?limit=${limit}&${query}${cursor}`);
      expect(status).toBe(200);
      titles.push(...body.items.map(({ title }: { title: string }) => title));
      if (body.nextCursor === null) return titles;
      cursor = `&cursor=${body.nextCursor}`;
    }
  }

  it("the list of notes is sorted by creation, change or title across all pages", async () => {
    const sam = service.as("sam");
    await insertNotes("sam", [
      { title: "beta", changed: 9 },
      { title: "Alpha", changed: 3 },
      { title: "" },
      { title: "Übersicht", changed: 7 },
      { title: "alpha 2", changed: 3 },
    ]);
    for (const limit of [1, 2, 3, 50]) {
      expect(await titlesOf(sam, "", limit)).toEqual(["alpha 2", "Übersicht", "", "Alpha", "beta"]);
      expect(await titlesOf(sam, "sort=created", limit)).toEqual(["alpha 2", "Übersicht", "", "Alpha", "beta"]);
      expect(await titlesOf(sam, "sort=changed", limit)).toEqual(["beta", "Übersicht", "alpha 2", "Alpha", ""]);
      expect(await titlesOf(sam, "sort=title", limit)).toEqual(["", "Alpha", "alpha 2", "beta", "Übersicht"]);
    }
  });

  it("notes with long, almost equal titles keep their order across pages", async () => {
    const lou = service.as("lou");
    const titles = ["c", "a", "b"].map((end) => ({ title: "ﷺ😀".repeat(140) + end }));
    await insertNotes("lou", titles);
    expect(await titlesOf(lou, "sort=title", 1)).toEqual(titles.map(({ title }) => title));
  });

  it("in each order of the list of notes, pinned notes come first", async () => {
    const pia = service.as("pia");
    const ids = await insertNotes(
      "pia",
      ["a", "b", "c", "d", "e"].map((title) => ({ title })),
    );
    for (const nth of [0, 2]) expect((await pia.send(`PUT /notes/${ids[nth]}/pin`)).status).toBe(204);
    expect((await pia.send(`PUT /notes/${ids[0]}/pin`)).status).toBe(204);
    for (const limit of [1, 2, 3, 5]) {
      expect(await titlesOf(pia, "", limit)).toEqual(["c", "a", "e", "d", "b"]);
      expect(await titlesOf(pia, "sort=changed", limit)).toEqual(["c", "a", "e", "d", "b"]);
      expect(await titlesOf(pia, "sort=title", limit)).toEqual(["a", "c", "b", "d", "e"]);
    }
    expect((await pia.send(`GET /notes/${ids[0]}`)).body.isPinned).toBe(true);
    const { items } = (await pia.send("GET /notes")).body;
    expect(items.map(({ isPinned }: { isPinned: boolean }) => isPinned)).toEqual([true, true, false, false, false]);
    // The results of a search show pinned notes at their usual position.
    expect(await titlesOf(pia, "q=body")).toEqual(["e", "d", "c", "b", "a"]);
    expect((await pia.send(`DELETE /notes/${ids[0]}/pin`)).status).toBe(204);
    expect(await titlesOf(pia, "")).toEqual(["c", "e", "d", "b", "a"]);
  });

  it("the pin of a shared note affects only the list of the person who made the pin", async () => {
    const [ann, ben] = [service.as("ann"), service.as("ben")];
    const [first = "", second = ""] = await insertNotes("ann", [{ title: "first" }, { title: "second" }]);
    for (const noteId of [first, second]) {
      await shareQueries(service.db).put(
        { noteId },
        sampleShare({ userId: "ben", role: "viewer", expiresAt: undefined }),
      );
    }
    await ben.send(`PUT /notes/${first}/pin`);
    expect(await titlesOf(ben, "scope=shared", 1)).toEqual(["first", "second"]);
    expect(await titlesOf(ann, "")).toEqual(["second", "first"]);
    await ann.send(`DELETE /notes/${first}/shares/ben`);
    expect(await titlesOf(ben, "scope=shared")).toEqual(["second"]);
    expect((await ben.send(`PUT /notes/${first}/pin`)).body).toMatchObject({ code: "access_denied" });
    expect((await ben.send(`DELETE /notes/${first}/pin`)).status).toBe(204);
    expect(await titlesOf(ben, "")).toEqual([]);
  });

  it("a pinned note that is restored from the trash is pinned again", async () => {
    const del = service.as("del");
    const [first] = await insertNotes("del", [{ title: "first" }, { title: "second" }]);
    await del.send(`PUT /notes/${first}/pin`);
    await del.send(`DELETE /notes/${first}`);
    expect(await titlesOf(del, "")).toEqual(["second"]);
    expect((await del.send(`PUT /notes/${first}/pin`)).body).toMatchObject({ code: "note_not_found" });
    await del.send(`POST /trash/notes/${first}/restore`);
    expect(await titlesOf(del, "")).toEqual(["first", "second"]);
  });

  it("the maximum number of pinned notes does not include deleted notes", async () => {
    const max = service.as("max");
    const ids = await insertNotes(
      "max",
      Array.from({ length: MAX_PINS + 1 }, (_, nth) => ({ title: `${nth}` })),
    );
    for (const id of ids.slice(1)) expect((await max.send(`PUT /notes/${id}/pin`)).status).toBe(204);
    expect((await max.send(`PUT /notes/${ids[0]}/pin`)).body).toMatchObject({ status: 409, code: "too_many_pins" });
    expect((await max.send(`PUT /notes/${ids[1]}/pin`)).status).toBe(204);
    await max.send(`DELETE /notes/${ids[1]}`);
    expect((await max.send(`PUT /notes/${ids[0]}/pin`)).status).toBe(204);
  });

  it("parallel requests of a person do not exceed the maximum number of pinned notes", async () => {
    const mel = service.as("mel");
    const ids = await insertNotes(
      "mel",
      Array.from({ length: MAX_PINS + 8 }, (_, nth) => ({ title: `${nth}` })),
    );
    const pin = async (id: string) => (await mel.send(`PUT /notes/${id}/pin`)).status;
    for (const id of ids.slice(10)) expect(await pin(id)).toBe(204);
    for (let round = 0; round < 5; round += 1) {
      const statuses = await Promise.all(ids.slice(0, 10).map(pin));
      expect(statuses.toSorted()).toEqual([204, 204, ...Array.from({ length: 8 }, () => 409)]);
      for (const id of ids.slice(0, 10)) await mel.send(`DELETE /notes/${id}/pin`);
    }
  });

  it.each([
    ["sort=size", "invalid_request"],
    ["sort=title&q=a", "invalid_request"],
    ["sort=title&scope=shared", "invalid_request"],
    [`sort=title&cursor=${encodeCursor("a")}`, "invalid_cursor"],
    [`sort=changed&cursor=${Buffer.from("list:changed:others:a:1e3").toString("base64url")}`, "invalid_cursor"],
    [`sort=changed&cursor=${Buffer.from("list:changed:others:a:x").toString("base64url")}`, "invalid_cursor"],
    ...["NaN", "Infinity", "-Infinity", "1.5", "-1", "1e+21", "9007199254740992", ""].map((instant) => [
      `sort=changed&cursor=${Buffer.from(`list:changed:others:a:${instant}`).toString("base64url")}`,
      "invalid_cursor",
    ]),
    [`sort=changed&cursor=${Buffer.from("list:title:others:a:x").toString("base64url")}`, "invalid_cursor"],
    [`cursor=${Buffer.from("list:created:first:a:").toString("base64url")}`, "invalid_cursor"],
  ])("the list of notes returns 400 for the query %s", async (query, code) => {
    expect((await service.as("bad").send(`GET /notes?${query}`)).body).toMatchObject({ status: 400, code });
  });

  it("a note may have an empty title when it is created and after a change", async () => {
    const ida = service.as("ida");
    const { status, body } = await ida.send("POST /notes", { json: { title: "" } });
    expect([status, body.title]).toEqual([201, ""]);
    const json = { title: "Plan" };
    expect((await ida.send(`PATCH /notes/${body.id}`, { json })).body.title).toBe("Plan");
    expect((await ida.send(`PATCH /notes/${body.id}`, { json: { title: "" } })).body.title).toBe("");
    expect(await titlesOf(ida, "")).toEqual([""]);
  });
});

describe.each(engines)("the creation of a note on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30 } });
  const create = (person: string, { key, title }: { key: string; title: string }) =>
    service.as(person).send("POST /notes", { json: { title }, headers: { "idempotency-key": key } });

  it("a repeated creation with the same Idempotency-Key returns the current note", async () => {
    const first = await create("ann", { key: "k-1", title: "one" });
    await service.as("ann").send(`PATCH /notes/${first.body.id}`, { json: { body: "text" } });
    const again = await create("ann", { key: "k-1", title: "other" });
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ id: first.body.id, title: "one", body: "text" });
    expect((await create("ann", { key: "k-2", title: "two" })).body.id).not.toBe(first.body.id);
    expect((await create("ben", { key: "k-1", title: "mine" })).body).toMatchObject({ ownerId: "ben", title: "mine" });
  });

  it("parallel creations with the same Idempotency-Key make one note", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => create("cy", { key: "k", title: "one" })));
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect((await service.as("cy").send("GET /notes")).body.items).toHaveLength(1);
    const { items } = (await service.as("cy").send("GET /activity")).body;
    expect(items.filter(({ action }: { action: string }) => action === "note.created")).toHaveLength(1);
  });

  it("a creation with the Idempotency-Key of a deleted note makes a new note", async () => {
    const first = await create("dee", { key: "k", title: "one" });
    await service.as("dee").send(`DELETE /notes/${first.body.id}`);
    const second = await create("dee", { key: "k", title: "two" });
    expect(second.body).toMatchObject({ title: "two" });
    expect(second.body.id).not.toBe(first.body.id);
    await service.as("dee").send(`POST /trash/notes/${first.body.id}/restore`);
    expect((await service.as("dee").send("GET /notes")).body.items).toHaveLength(2);
  });

  it.each(["", "a b", "k".repeat(256), "ü"])(
    "the creation of a note returns 400 for the Idempotency-Key %j",
    async (key) => {
      const { status } = await create("eve", { key, title: "one" });
      expect(status).toBe(400);
    },
  );
});
