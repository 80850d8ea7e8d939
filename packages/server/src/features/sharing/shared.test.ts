import { beforeAll, describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote, sampleShare } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld, people } from "../../testing/world.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { shareQueries } from "./queries/shares.ts";

const LIST = "GET /attachments?scope=shared";

describe.each(engines)("files that are shared without their notes, on $name", (engine) => {
  let noteId: string;
  const service = useService({ engine });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "A title that nobody sees" } })).body.id;
  });

  const attach = async (name: string): Promise<string> =>
    (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("x", name) })).body.id;
  const share = (attachmentId: string, json: object) => ann.send(`PUT /attachments/${attachmentId}/shares`, { json });
  const idsFor = async (client: Client, query = ""): Promise<string[]> =>
    (await client.send(`${LIST}${query}`)).body.items.map(({ id }: { id: string }) => id);

  it("the list of shared files names the owner and the expiry of each file", async () => {
    const bob = service.as("bob");
    const ids = [await attach("one.txt"), await attach("two.txt"), await attach("three.txt")];
    const expiresAt = "2999-01-01T00:00:00.000Z";
    for (const [nth, id] of ids.entries()) {
      await share(id, { userIds: ["bob"], ...(nth === 1 && { expiresAt }) });
    }
    const { body, text } = await bob.send(LIST);
    const file = (await bob.send(`GET /attachments/${ids[0]}`)).body;
    const owner = { id: "ann", name: "ann", email: "ann@example.com" };
    expect(body.items[2]).toEqual({ ...file, owner, share: { expiresAt: null }, isNew: true });
    expect(body.items.map((item: { filename: string; share: object }) => [item.filename, item.share])).toEqual([
      ["three.txt", { expiresAt: null }],
      ["two.txt", { expiresAt }],
      ["one.txt", { expiresAt: null }],
    ]);
    expect(text).not.toContain("title");
    const first = await bob.send(`${LIST}&limit=2`);
    const rest = await idsFor(bob, `&limit=2&cursor=${encodeURIComponent(first.body.nextCursor)}`);
    expect([...first.body.items.map(({ id }: { id: string }) => id), ...rest]).toEqual(ids.toReversed());
    expect(body.nextCursor).toBeNull();
  });

  it("the list of shared files omits files of shared notes and unfinished uploads", async () => {
    const carl = service.as("carl");
    const id = await attach("both.txt");
    const json = { filename: "never.txt", sizeBytes: 1, contentType: "text/plain" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    for (const each of [id, upload.attachmentId]) await share(each, { userIds: ["carl"] });
    await ann.send(`DELETE /uploads/${upload.id}`);
    expect(await idsFor(carl)).toEqual([id]);
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["carl"] } });
    expect(await idsFor(carl)).toEqual([]);
    await ann.send(`DELETE /notes/${noteId}/shares/carl`);
    expect(await idsFor(carl)).toEqual([id]);
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["carl"], expiresAt } });
    expect(await idsFor(carl)).toEqual([]);
    service.advance(61_000);
    expect(await idsFor(carl)).toEqual([id]);
    // The list of shared files omits a file of the user's own note, even if another user shared the file with this user.
    const own = sampleNote({ ownerId: "carl" });
    const attachment = sampleAttachment(own, { state: "ready" });
    await noteQueries(service.db).insert(own);
    await attachmentQueries(service.db).insert(attachment);
    await shareQueries(service.db).put({ attachmentId: attachment.id }, sampleShare({ userId: "carl" }));
    expect(await idsFor(carl)).toEqual([id]);
  });

  it("requirement 16: the list of shared files omits revoked and expired shares", async () => {
    const dora = service.as("dora");
    const [revoked, ended] = [await attach("revoked.txt"), await attach("ended.txt")];
    await share(revoked, { userIds: ["dora"] });
    const expiresAt = new Date(Date.now() + 120_000).toISOString();
    await share(ended, { userIds: ["dora"], expiresAt });
    expect(await idsFor(dora)).toEqual([ended, revoked]);
    await ann.send(`DELETE /attachments/${revoked}/shares/dora`);
    expect(await idsFor(dora)).toEqual([ended]);
    service.advance(120_000);
    expect(await idsFor(dora)).toEqual([]);
  });

  it("requirement 17: the list of shared files is empty for a user without access", async () => {
    const world = await createWorld(service);
    for (const person of people) {
      const { text } = await service.as(person).send(LIST);
      if (person === "fileViewer") expect(text).toContain(world.attachmentId);
      else expect(text, person).not.toContain(world.attachmentId);
    }
    const other = await service.as("otherUser").send(LIST);
    expect(other.body).toEqual({ items: [], nextCursor: null });
  });
});
