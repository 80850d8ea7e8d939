import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../db/testing/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { type Client, startService, type TestService } from "../../testing/service.ts";

describe.each(engines)("activity on $name", (engine) => {
  let service: TestService;
  let ann: Client;
  beforeAll(async () => {
    service = await startService({ engine });
    ann = await service.as("ann");
  });
  afterAll(() => service.close());

  it("tells what happened to a note, newest first, in pages, and outlives the note", async () => {
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const attachment = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"] } });
    await (await service.as("bob")).send(`GET /attachments/${attachment.id}/url`);
    await (await service.as("bob")).send(`GET /attachments/${attachment.id}/download`);
    const expected = ["url.issued", "url.issued", "share.granted", "attachment.uploaded", "note.created"];
    const actions = (answer: { body: { items: { action: string }[] } }) =>
      answer.body.items.map(({ action }) => action);
    expect(actions(await ann.send(`GET /notes/${noteId}/activity`))).toEqual(expected);
    const page = await ann.send(`GET /notes/${noteId}/activity?limit=3`);
    const rest = await ann.send(`GET /notes/${noteId}/activity?cursor=${encodeURIComponent(page.body.nextCursor)}`);
    expect([...actions(page), ...actions(rest)]).toEqual(expected);
    await ann.send(`DELETE /notes/${noteId}`);
    const all = await ann.send("GET /activity");
    expect(actions(all)).toEqual(["note.deleted", ...expected]);
    expect(all.body.items[1]).toMatchObject({ actorId: "bob", noteId, attachmentIds: [attachment.id] });
  });

  it("records a refusal", async () => {
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    await (await service.as("eve")).send(`GET /attachments/${id}/url`);
    // The refusal does not wait for its record; an URL that is issued after it does, and shares its commit or a later one.
    await ann.send(`GET /attachments/${id}/url`);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    expect(items).toContainEqual(expect.objectContaining({ action: "url.refused", actorId: "eve" }));
  });

  it("requirement 28: no event holds a URL, a signature or an object key", async () => {
    const keys = await service.bucketContents.keys();
    const { text } = await ann.send("GET /activity?limit=200");
    expect(text).toContain("url.issued");
    expect(text).not.toMatch(/X-Amz|https?:|Bearer|vk_/);
    for (const key of keys) expect(text).not.toContain(key);
  });
});
