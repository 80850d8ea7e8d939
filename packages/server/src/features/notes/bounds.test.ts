import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { auditQueries } from "../audit/queries.ts";
import { noteQueries } from "./queries.ts";

const PAGE_BYTES = 1_048_576;
/** The maximum size of the part of a page that is not items, such as the cursor. In bytes. */
const ENVELOPE_BYTES = 1_000;

describe.each(engines)("requirement 30: the bounds of lists on $name", (engine) => {
  const service = useService({ engine });

  it("a list of notes contains a snippet of each text instead of the whole text", async () => {
    const ann = service.as("ann");
    const body = "x".repeat(200_000);
    for (let nth = 0; nth < 20; nth += 1) await noteQueries(service.db).insert(sampleNote({ ownerId: "ann", body }));
    for (const list of ["GET /notes", "GET /notes?q=xxx"]) {
      const { text, body: page } = await ann.send(list);
      expect(page.items).toHaveLength(20);
      expect(page.items[0]).toMatchObject({ snippet: "x".repeat(200), attachmentCount: 0 });
      expect(page.items[0].body).toBeUndefined();
      expect(text.length).toBeLessThan(20 * 1_000);
    }
  });

  it("a page of a person's activity never exceeds 1 MiB", async () => {
    const attachmentIds = Array.from({ length: 1_000 }, () => sampleEvent().id);
    const events = Array.from({ length: 60 }, () => sampleEvent({ ownerId: "ben", attachmentIds }));
    for (const event of events) await auditQueries(service.db).add(event);
    const pages = await readPages(service.as("ben"), "/activity?limit=200");
    expect(pages.flatMap(({ ids }) => ids)).toEqual(events.map(({ id }) => id).reverse());
    expect(pages.length).toBeGreaterThan(1);
    for (const { bytes } of pages) expect(bytes).toBeLessThan(PAGE_BYTES + ENVELOPE_BYTES);
  });

  it("a note can have at most 1,000 shares", async () => {
    const dora = service.as("dora");
    const { id } = (await dora.send("POST /notes", { json: { title: "Popular" } })).body;
    const share = (first: number, count: number) => {
      const userIds = Array.from({ length: count }, (_, nth) => `reader-${first + nth}`);
      return dora.send(`PUT /notes/${id}/shares`, { json: { userIds } });
    };
    for (let first = 0; first < 1_000; first += 100) expect((await share(first, 100)).status).toBe(200);
    expect((await share(1_000, 1)).body).toMatchObject({ status: 409, code: "too_many_shares" });
    expect((await share(0, 1)).body.shares).toHaveLength(1_000);
  });

  it("a user can have at most 100 API tokens", async () => {
    const ella = service.as("ella");
    const create = () => ella.send("POST /tokens", { json: { label: "laptop" } });
    for (let nth = 0; nth < 100; nth += 1) expect((await create()).status).toBe(201);
    expect((await create()).body).toMatchObject({ status: 409, code: "too_many_tokens" });
    expect((await ella.send("GET /tokens")).body.tokens).toHaveLength(100);
  });

  it("the response to GET /notes/:noteId contains only the first page of attachments", async () => {
    const note = sampleNote({ ownerId: "carl" });
    await noteQueries(service.db).insert(note);
    const ids: string[] = [];
    for (let nth = 0; nth < 205; nth += 1) {
      const attachment = sampleAttachment(note, { sizeBytes: 1, state: "ready" });
      await attachmentQueries(service.db).insert(attachment);
      ids.push(attachment.id);
    }
    const carl = service.as("carl");
    const { body } = await carl.send(`GET /notes/${note.id}`);
    const rest = await carl.send(`GET /notes/${note.id}/attachments?cursor=${body.attachmentsCursor}`);
    const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);
    expect([body.attachmentCount, idsOf(body.attachments)]).toEqual([205, ids.slice(0, 200)]);
    expect([idsOf(rest.body.items), rest.body.nextCursor]).toEqual([ids.slice(200), null]);
    const pages = await readPages(carl, `/notes/${note.id}/attachments?limit=50`);
    expect(pages.flatMap((page) => page.ids)).toEqual(ids);
    const changed = await carl.send(`PATCH /notes/${note.id}`, { json: { title: "New" } });
    expect(changed.body.attachmentsCursor).toBe(body.attachmentsCursor);
    const [listed] = (await carl.send("GET /notes")).body.items;
    expect(listed.attachmentCount).toBe(205);
  });
});

async function readPages(client: Client, list: string): Promise<{ ids: string[]; bytes: number }[]> {
  const pages: { ids: string[]; bytes: number }[] = [];
  for (let cursor = ""; ; ) {
    const { text, body } = await client.send(`GET ${list}${cursor}`);
    pages.push({ ids: body.items.map(({ id }: { id: string }) => id), bytes: Buffer.byteLength(text) });
    if (body.nextCursor === null) return pages;
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}
