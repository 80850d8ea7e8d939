import { describe, expect, it } from "vitest";
import { createClient } from "../../../packages/client/src/index.ts";
import { file } from "./testing/files.ts";
import { startWorld, useWorld } from "./testing/world.ts";

const getWorld = useWorld();

describe("the calls of the client against the service", () => {
  it("the client creates, reads, changes, lists and deletes notes", async () => {
    const { client, userId } = getWorld();
    const notes = [];
    for (const title of ["a", "b", "c"]) notes.push(await client.notes.create({ title }));
    const [first] = notes;
    if (first === undefined) throw new Error("there are notes");
    expect(await client.notes.get(first.id)).toMatchObject({ title: "a", body: "" });
    expect(await client.notes.update(first.id, { body: "text" })).toMatchObject({ title: "a", body: "text" });
    const stale = client.notes.update(first.id, { body: "other", ifUpdatedAt: first.updatedAt });
    await expect(stale).rejects.toMatchObject({ code: "note_changed", status: 409 });
    const page = await client.notes.list({ limit: 2 });
    expect(page.items).toHaveLength(2);
    const seen = [];
    for await (const note of client.notes.iterate({ limit: 2 })) seen.push(note.title);
    expect(seen.toSorted()).toEqual(["a", "b", "c"]);
    const found = await client.notes.list({ q: "TEXT" });
    expect(found.items).toMatchObject([{ id: first.id, role: "owner", owner: { id: userId } }]);
    for await (const note of client.notes.iterate({ q: "B", limit: 1 })) expect(note.title).toBe("b");
    await client.notes.remove(first.id);
    await expect(client.notes.get(first.id)).rejects.toMatchObject({ code: "note_not_found", status: 404 });
    await client.trash.restore({ noteId: first.id });
    expect((await client.notes.get(first.id)).id).toBe(first.id);
  });

  it("the client reads the instance document without a token", async () => {
    const { url } = await startWorld({ env: { AUTH_SIGN_UP: "closed", URL_TTL_MAX: "600" } });
    const { limits, ...ways } = await createClient({ baseUrl: url }).instance();
    expect(ways).toEqual({ signUp: "closed", hasAccounts: false, oidc: null, mail: false, operatorContact: null });
    expect(limits).toMatchObject({ urlTtlDefaultSeconds: 60, urlTtlMaxSeconds: 600 });
  });

  it("the client reads attachments and their URLs, shares and the activity", async () => {
    const world = getWorld();
    const { client } = world;
    const ben = await world.clientAs("ben");
    const note = await client.notes.create({ title: "Files" });
    const { id } = await client.upload(note.id, file(1000, { name: "a.bin" })).done;
    expect(await client.attachments.get(id)).toMatchObject({ id, filename: "a.bin", state: "ready" });

    const { id: second } = await client.upload(note.id, file(10, { name: "a.bin" })).done;
    const seen = [];
    for await (const attachment of client.notes.iterateAttachments(note.id, { limit: 1 })) seen.push(attachment.id);
    expect(seen).toEqual([id, second]);
    expect((await client.notes.listAttachments(note.id, { limit: 1 })).items).toMatchObject([{ id }]);

    const url = await client.urlFor(id, { expiresIn: 90, disposition: "inline" });
    expect(url.expiresIn).toBe(90);
    expect((await (await fetch(url.fileUrl)).arrayBuffer()).byteLength).toBe(1000);
    await expect(client.urlFor(id, { expiresIn: 0 })).rejects.toMatchObject({ code: "expires_in_out_of_range" });

    await expect(ben.urlFor(id)).rejects.toMatchObject({ code: "access_denied" });
    const { shares } = await client.shares.put({ attachmentId: id }, { userIds: ["ben"] });
    expect(shares).toMatchObject([{ userId: "ben", role: "viewer" }]);
    expect((await ben.urlFor(id)).fileUrl).toContain("X-Amz-Signature");
    expect((await client.shares.list({ attachmentId: id })).shares).toHaveLength(1);
    const shared = await ben.attachments.listShared({ limit: 1 });
    expect(shared).toMatchObject({
      items: [{ id, filename: "a.bin", owner: { id: world.userId }, share: { expiresAt: null } }],
      nextCursor: null,
    });
    for await (const file of ben.attachments.iterateShared()) expect(file).toEqual(shared.items[0]);
    await client.shares.remove({ attachmentId: id }, "ben");
    await expect(ben.urlFor(id)).rejects.toMatchObject({ code: "access_denied" });
    await client.shares.put({ noteId: note.id }, { userIds: ["ben"], role: "editor" });
    expect((await ben.notes.list({ scope: "shared" })).items.map((each) => each.id)).toEqual([note.id]);

    const actions = [];
    for await (const event of client.activity.iterate({ noteId: note.id, limit: 2 })) {
      actions.push(event.action);
      expect(event.actor.id).toBe(event.actorId);
      expect(event.files.map((each) => each.filename)).toEqual(event.attachmentIds.map(() => "a.bin"));
    }
    expect(actions).toContain("attachment.uploaded");
    expect((await client.activity.list()).items.length).toBeGreaterThan(0);

    expect(await client.attachments.rename(id, "c.bin")).toMatchObject({ id, filename: "c.bin" });
    await client.attachments.remove(id);
    await expect(client.attachments.get(id)).rejects.toMatchObject({ code: "attachment_not_found" });
    const ofFile = ({ attachmentId }: { attachmentId: string | null }) => attachmentId === id;
    expect((await client.trash.list()).items.some(ofFile)).toBe(true);
    await client.trash.remove({ attachmentId: id });
    for await (const item of client.trash.iterate()) expect(ofFile(item)).toBe(false);
  });

  it("the client makes, lists, edits and revokes links", async () => {
    const { client, url } = getWorld();
    const note = await client.notes.create({ title: "Files" });
    const { id: fileId } = await client.upload(note.id, file(10, { name: "a.bin" })).done;
    const whole = await client.links.create(note.id);
    const one = await client.links.createForFile(fileId, { label: "Contract", maxClaims: 1 });
    const request = await client.links.create(note.id, { kind: "upload", request: { maxFiles: 2 } });
    expect(one).toMatchObject({ label: "Contract", files: [{ id: fileId, filename: "a.bin" }], state: "live" });
    expect(one.url.startsWith(`${url}/s/`)).toBe(true);
    const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
    expect(idsOf(await client.links.ofNote(note.id))).toEqual([request.id, one.id, whole.id]);
    expect(idsOf(await client.links.ofFile(fileId))).toEqual([one.id]);
    expect(idsOf(await client.links.list({ kind: "upload", limit: 1 }))).toEqual([request.id]);
    const renewed = await client.links.update(one.id, { newUrl: true, expiresAt: null });
    expect(renewed.url).not.toBe(one.url);
    expect(await client.links.get(one.id)).toEqual(renewed);
    expect(await client.links.revoke(one.id)).toEqual({ lastUrlExpiresAt: null });
    const events = await client.links.events(one.id, { limit: 2 });
    expect(events.items.map(({ action }) => action)).toEqual(["link.revoked", "link.renewed"]);
    expect(events.nextCursor).not.toBeNull();
  });

  it("the client gets the URLs of 1,001 files in the order of the files", async () => {
    const { client } = getWorld();
    const note = await client.notes.create({ title: "Files" });
    const { id } = await client.upload(note.id, file(10)).done;
    const unknown = "0192f0c1-0000-7000-8000-000000000000";
    const asked = [...Array.from({ length: 1000 }, () => unknown), id];
    const urls = await client.urlsFor(asked);
    expect(urls.map(({ attachmentId }) => attachmentId)).toEqual(asked);
    expect(urls[0]).toMatchObject({ code: "attachment_not_found" });
    expect(urls.at(-1)?.fileUrl).toContain("X-Amz-Signature");
  });

  it("the client creates an API token that another client can use", async () => {
    const { client, url, userId } = getWorld();
    const { id, token } = await client.tokens.create({ label: "backup" });
    const other = createClient({ baseUrl: `${url}/`, token });
    expect((await other.me()).id).toBe(userId);
    expect((await client.tokens.list()).tokens).toMatchObject([{ id, label: "backup" }]);
    await client.tokens.remove(id);
    await expect(other.me()).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
  });
});
