import { describe, expect, it } from "vitest";
import { encodeCursor } from "../../platform/database/pages.ts";
import { sampleAttachment, sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { visitorOf } from "../../testing/link-visits.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { auditQueries } from "./queries.ts";

type NamedAct = { detail: { purpose?: string }; attachmentIds: string[] };
const linkOf = async (client: Client, noteId: string) =>
  (await client.send(`GET /notes/${noteId}/links`)).body.items[0] as { id: string };
type Named = { name: string | null; email: string | null };

const cursorAfter = ({ id }: { id: string }) => encodeURIComponent(encodeCursor(id));

describe.each(engines)("the activity of notes on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");

  const create = async (title: string): Promise<string> => (await ann.send("POST /notes", { json: { title } })).body.id;
  const attach = async (noteId: string, name: string): Promise<string> =>
    (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("x", name) })).body.id;

  it("the activity of a note has pages, newest event first, even after the note is deleted", async () => {
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const attachment = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"] } });
    await service.as("bob").send(`GET /attachments/${attachment.id}/url`);
    await service.as("bob").send(`GET /attachments/${attachment.id}/download`);
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

  it("the activity shows the current title of a note until the note is deleted", async () => {
    const [kept, gone] = [await create("Kept"), await create("Gone")];
    await ann.send(`PATCH /notes/${kept}`, { json: { title: "Renamed" } });
    const titles = async (path: string) =>
      (await ann.send(`GET ${path}`)).body.items.map(({ noteTitle }: { noteTitle: unknown }) => noteTitle);
    expect(await titles(`/notes/${kept}/activity`)).toEqual(["Renamed", "Renamed"]);
    expect(await titles("/activity?limit=3")).toEqual(["Renamed", "Gone", "Renamed"]);
    await ann.send(`DELETE /notes/${gone}`);
    expect(await titles("/activity?limit=4")).toEqual([null, "Renamed", null, "Renamed"]);
  });

  it("the activity names the actor, the receiver and the files of each event", async () => {
    const bob = service.as("bob");
    await bob.send("GET /me");
    const noteId = await create("Files");
    const [kept, deleted] = [await attach(noteId, "kept.txt"), await attach(noteId, "deleted.txt")];
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob", "carl"], role: "editor" } });
    await bob.send("POST /attachments/urls", { json: { attachmentIds: [deleted, kept] } });
    await bob.send(`DELETE /attachments/${deleted}`);
    await ann.send(`DELETE /notes/${noteId}/shares/bob`);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    const people = {
      ann: { id: "ann", name: "ann", email: "ann@example.com" },
      bob: { id: "bob", name: "bob", email: "bob@example.com" },
      carl: { id: "carl", name: null, email: null },
    };
    const files = [
      { id: deleted, filename: "deleted.txt" },
      { id: kept, filename: "kept.txt" },
    ];
    const told = items.map(({ action, actor, subject, files }: Record<string, unknown>) => ({
      action,
      actor,
      files,
      ...(subject !== undefined && { subject }),
    }));
    expect(told).toEqual([
      { action: "share.revoked", actor: people.ann, subject: people.bob, files: [] },
      { action: "attachment.deleted", actor: people.bob, files: files.slice(0, 1) },
      { action: "url.issued", actor: people.bob, files },
      { action: "share.granted", actor: people.ann, subject: people.carl, files: [] },
      { action: "share.granted", actor: people.ann, subject: people.bob, files: [] },
      { action: "attachment.uploaded", actor: people.ann, files: files.slice(0, 1) },
      { action: "attachment.uploaded", actor: people.ann, files: files.slice(1) },
      { action: "note.created", actor: people.ann, files: [] },
    ]);
    // A page with only the `url.issued` event, so that no other event contains the filename of the deleted file.
    const [issued] = (await ann.send(`GET /notes/${noteId}/activity?limit=1&cursor=${cursorAfter(items[1])}`)).body
      .items;
    expect(issued).toMatchObject({ action: "url.issued", attachmentIds: [deleted, kept], files: files.slice(1) });
  });

  it("the activity shows email addresses only to the owner of the note", async () => {
    const [bob, carl] = [service.as("bob"), service.as("carl")];
    await Promise.all([bob.send("GET /me"), carl.send("GET /me")]);
    const noteId = await create("Shared");
    const hidden = await attach(noteId, "a.txt");
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "editor" } });
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["carl"] } });
    await service.as("eve").send(`GET /attachments/${hidden}/url`);
    await bob.send(`GET /attachments/${hidden}/url`);
    const addresses = async (client: Client, path: string) => {
      const { items } = (await client.send(`GET ${path}`)).body;
      return items.map(({ action, actor, subject }: { action: string; actor: Named; subject?: Named }) => [
        action,
        ...[actor.name, actor.email, subject?.name, subject?.email].filter((told) => told !== undefined),
      ]);
    };
    const ofAnn = ["ann", "ann@example.com"];
    const toAnn = [
      ["url.issued", "bob", "bob@example.com"],
      ["url.refused", "eve", "eve@example.com"],
      ["share.granted", ...ofAnn, "carl", "carl@example.com"],
      ["share.granted", ...ofAnn, "bob", "bob@example.com"],
      ["attachment.uploaded", ...ofAnn],
      ["note.created", ...ofAnn],
    ];
    expect(await addresses(ann, `/notes/${noteId}/activity`)).toEqual(toAnn);
    expect(await addresses(ann, "/activity?limit=6")).toEqual(toAnn);
    expect(await addresses(bob, `/notes/${noteId}/activity`)).toEqual([
      ["url.issued", "bob", "bob@example.com"],
      ["url.refused", "eve", null],
      ["share.granted", "ann", null, "carl", null],
      ["share.granted", "ann", null, "bob", "bob@example.com"],
      ["attachment.uploaded", "ann", null],
      ["note.created", "ann", null],
    ]);
    expect(await addresses(bob, "/activity")).toEqual([]);
  });

  it("the pages of the activity stay full if the request omits routine URLs", async () => {
    const noteId = await create("Pictures");
    const id = await attach(noteId, "a.png");
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"] } });
    const issue = (name: string, query: string) => service.as(name).send(`GET /attachments/${id}/url${query}`);
    await issue("bob", "?purpose=thumbnail");
    await issue("bob", "?disposition=inline");
    await issue("ann", "?disposition=inline");
    await issue("bob", "");
    await issue("bob", "?purpose=renewal");
    const purposes = async (query: string) => {
      const { body } = await ann.send(`GET ${query}`);
      const { items, nextCursor } = body;
      return { items: items.map(({ detail }: { detail: { purpose?: string } }) => detail.purpose), nextCursor };
    };
    const path = `/notes/${noteId}/activity`;
    const all = ["renewal", "download", "view", "view", "thumbnail", undefined, undefined, undefined];
    expect((await purposes(path)).items).toEqual(all);
    expect((await purposes(`${path}?routine=include`)).items).toEqual(all);
    for (const list of [`${path}?routine=omit`, "/activity?routine=omit"]) {
      const first = await purposes(`${list}&limit=2`);
      expect(first.items).toEqual(["download", "view"]);
      const second = await purposes(`${list}&limit=3&cursor=${encodeURIComponent(first.nextCursor)}`);
      expect(second.items).toEqual([undefined, undefined, undefined]);
    }
    expect((await ann.send(`GET ${path}?routine=x`)).status).toBe(400);
  });

  it("the activity counts all downloads of people and visitors", async () => {
    const kim = service.as("kim");
    const noteId = (await kim.send("POST /notes", { json: { title: "Beach" } })).body.id;
    const note = sampleNote({ id: noteId, ownerId: "kim" });
    const files = Array.from({ length: 37 }, () => sampleAttachment(note, { state: "ready", sizeBytes: 1 }));
    for (const file of files) await attachmentQueries(service.db).insert(file);
    const [first] = files.map(({ id }) => id);
    await kim.send(`GET /attachments/${first}/url`);
    await kim.send(`GET /attachments/${first}/url?purpose=thumbnail`);
    const { url } = (await kim.send(`POST /notes/${noteId}/links`, { json: { label: "Family" } })).body;
    const token = url.slice(url.lastIndexOf("/") + 1);
    const [zip, viewer] = [visitorOf(service.app), visitorOf(service.app)];
    const { claimId } = (await zip.claim(token, { purpose: "zip" })).body;
    await zip.urls(token, claimId, { attachmentIds: [first], purpose: "renewal" });
    await viewer.claim(token, { attachmentIds: [first], disposition: "inline" });
    const later = { noteId, ownerId: "kim", actorId: "kim", at: Date.now(), action: "note.updated" } as const;
    await auditQueries(service.db).add(...Array.from({ length: 1_100 }, () => sampleEvent(later)));
    for (const path of ["/activity/downloads", `/notes/${noteId}/activity/downloads`]) {
      const { steps } = (await kim.send(`GET ${path}`)).body;
      expect(steps.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(38);
    }
    const { items } = (await kim.send(`GET /links/${(await linkOf(kim, noteId)).id}/events`)).body;
    const acts = items.filter(({ action }: { action: string }) => action === "link.claimed");
    expect(acts.map(({ detail, attachmentIds }: NamedAct) => [detail.purpose, attachmentIds.length])).toEqual([
      ["view", 1],
      ["zip", 37],
    ]);
  });

  it("the activity names the first ten files of a large batch of URLs", async () => {
    const noteId = (await ann.send("POST /notes", { json: { title: "Many" } })).body.id;
    const note = sampleNote({ id: noteId, ownerId: "ann" });
    const attachments = Array.from({ length: 12 }, (_, nth) =>
      sampleAttachment(note, { state: "ready", filename: `${nth}.txt`, sizeBytes: 1 }),
    );
    for (const attachment of attachments) await attachmentQueries(service.db).insert(attachment);
    const attachmentIds = attachments.map(({ id }) => id);
    await ann.send("POST /attachments/urls", { json: { attachmentIds } });
    const [event] = (await ann.send(`GET /notes/${noteId}/activity?limit=1`)).body.items;
    expect(event.attachmentIds).toEqual(attachmentIds);
    expect(event.files).toEqual(attachments.slice(0, 10).map(({ id, filename }) => ({ id, filename })));
  });

  it("the activity shows who requested a refused URL", async () => {
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    await service.as("eve").send(`GET /attachments/${id}/url`);
    // The service responds to a refused request before it stores the event. It stores events in order, so when the next URL is issued, the
    // database has both events.
    await ann.send(`GET /attachments/${id}/url`);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    expect(items).toContainEqual(expect.objectContaining({ action: "url.refused", actorId: "eve" }));
  });

  it("the refusals of a batch of URLs are one event in the activity of each note", async () => {
    const [one, other] = [await create("One"), await create("Other")];
    const [shared, hidden, twin] = [await attach(one, "a.txt"), await attach(one, "b.txt"), await attach(one, "c.txt")];
    const elsewhere = await attach(other, "d.txt");
    await ann.send(`PUT /attachments/${shared}/shares`, { json: { userIds: ["finn"] } });
    // The service refuses an id that a request contains twice also twice, but records only one refusal.
    const asked = [hidden, unknownId(), elsewhere, shared, twin, hidden, hidden.toUpperCase()];
    const { urls } = (await service.as("finn").send("POST /attachments/urls", { json: { attachmentIds: asked } })).body;
    const codes = urls.map(({ code }: { code?: string }) => code);
    const denied = "access_denied";
    expect(codes).toEqual([denied, "attachment_not_found", denied, undefined, denied, denied, denied]);
    // The service stores events in order, so the database has the earlier refusals when a URL is issued.
    await ann.send(`GET /attachments/${shared}/url`);
    const ofFinn = async (noteId: string) => {
      const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
      return items
        .filter(({ actorId }: { actorId: string }) => actorId === "finn")
        .map(({ action, attachmentIds }: { action: string; attachmentIds: string[] }) => [action, attachmentIds]);
    };
    expect(await ofFinn(one)).toEqual([
      ["url.refused", [hidden, twin]],
      ["url.issued", [shared]],
    ]);
    expect(await ofFinn(other)).toEqual([["url.refused", [elsewhere]]]);
  });

  it("requirement 28: no audit event contains a URL, a signature or an object key", async () => {
    const keys = await service.bucketContents.keys();
    const { text } = await ann.send("GET /activity?limit=200");
    expect(text).toContain("url.issued");
    expect(text).not.toMatch(/X-Amz|https?:|Bearer|vk_/);
    for (const key of keys) expect(text).not.toContain(key);
  });
});
