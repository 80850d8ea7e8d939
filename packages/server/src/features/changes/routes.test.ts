import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest } from "../../testing/visitor.ts";
import { unknownId } from "../../testing/world.ts";

describe.each(engines)("GET /changes on $name", (engine) => {
  const service = useService({ engine });
  let users = 0;

  async function arrange() {
    users += 1;
    const [ownerId, readerId] = [`owner-${users}`, `reader-${users}`];
    const [owner, reader] = [service.as(ownerId), service.as(readerId)];
    const { id: noteId } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    return { owner, reader, ownerId, readerId, noteId, share: () => share(owner, { noteId, userId: readerId }) };
  }

  const share = (owner: Client, { noteId, userId }: { noteId: string; userId: string }) =>
    owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [userId] } });
  const attach = async (client: Client, noteId: string): Promise<string> =>
    (await client.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body.id;

  /** Returns a function that calls GET /changes as the client, and returns what has changed since the previous call. */
  async function follow(client: Client, noteId?: string) {
    let state: string | undefined;
    const next = async (): Promise<string[]> => {
      const query = { ...(noteId !== undefined && { noteId }), ...(state !== undefined && { since: state }) };
      const { body } = await client.send(`GET /changes?${new URLSearchParams(query)}`);
      state = body.state;
      return body.changed;
    };
    expect(await next()).toEqual([]);
    expect(await next()).toEqual([]);
    return next;
  }

  it("GET /changes reports a new, changed or revoked share to its receiver", async () => {
    const { owner, reader, readerId, noteId, share } = await arrange();
    const changed = await follow(reader);
    await share();
    expect(await changed()).toEqual(["shared"]);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [readerId], role: "editor" } });
    expect(await changed()).toEqual(["shared"]);
    await owner.send(`DELETE /notes/${noteId}/shares/${readerId}`);
    expect(await changed()).toEqual(["shared"]);
    const attachmentId = await attach(owner, noteId);
    expect(await changed()).toEqual([]);
    await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: { userIds: [readerId] } });
    expect(await changed()).toEqual(["shared"]);
  });

  it("GET /changes reports a ready file and a revoked share to a viewer", async () => {
    const { owner, ownerId, reader, readerId, noteId, share } = await arrange();
    await share();
    const changed = await follow(reader, noteId);
    const attachmentId = await attach(owner, noteId);
    expect(await changed()).toEqual(["note"]);
    await owner.send(`PATCH /attachments/${attachmentId}`, { json: { filename: "other.txt" } });
    expect(await changed()).toEqual(["note"]);
    const { token } = await insertRequest(service, { noteId, ownerId });
    await createVisitor(service.app, token).sendFile("hello");
    expect(await changed()).toEqual(["note"]);
    await owner.send(`PATCH /notes/${noteId}`, { json: { title: "New" } });
    expect(await changed()).toEqual(["note"]);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["somebody else"] } });
    expect(await changed()).toEqual([]);
    await owner.send(`DELETE /notes/${noteId}/shares/${readerId}`);
    expect(await changed()).toEqual(["shared", "note"]);
  });

  it("GET /changes reports other people's files and requests for access to the owner", async () => {
    const { owner, ownerId, reader, readerId, noteId } = await arrange();
    const changed = await follow(owner);
    await reader.send(`POST /notes/${noteId}/access-requests`);
    expect(await changed()).toEqual(["own"]);
    await owner.send(`PUT /notes/${noteId}/access-requests/${readerId}`, { json: { role: "editor" } });
    expect(await changed()).toEqual([]);
    const attachmentId = await attach(reader, noteId);
    expect(await changed()).toEqual(["own"]);
    await reader.send(`GET /attachments/${attachmentId}/url`);
    expect(await changed()).toEqual([]);
    const { token } = await insertRequest(service, { noteId, ownerId });
    await createVisitor(service.app, token).sendFile("hello");
    expect(await changed()).toEqual(["own"]);
  });

  it("requirement 58: GET /changes reports no note to a user without access", async () => {
    const { owner, noteId } = await arrange();
    const stranger = service.as("stranger");
    const [ofNote, ofNothing] = [await follow(stranger, noteId), await follow(stranger, unknownId())];
    const stateOf = async (id: string) => (await stranger.send(`GET /changes?noteId=${id}`)).body.state;
    expect(await stateOf(noteId)).toBe(await stateOf(unknownId()));
    await attach(owner, noteId);
    expect([await ofNote(), await ofNothing()]).toEqual([[], []]);
    await share(owner, { noteId, userId: "stranger" });
    expect(await ofNote()).toEqual(["shared", "note"]);
  });

  it("GET /changes reports only the lists that the state in the request contains", async () => {
    const { reader, noteId, share } = await arrange();
    const { state } = (await reader.send("GET /changes")).body;
    await share();
    const [own, shared] = state.split(".");
    const { body } = await reader.send(`GET /changes?noteId=${noteId}&since=${own}.${shared}`);
    expect(body.changed).toEqual(["shared"]);
    for (const since of ["", "a.b.c.d", "a b", "x".repeat(69)]) {
      const { status } = await reader.send(`GET /changes?since=${encodeURIComponent(since)}`);
      expect(status, since).toBe(400);
    }
  });

  it("a shared note is marked as new until its receiver opens the note", async () => {
    const { owner, reader, readerId, noteId, share } = await arrange();
    const isNew = async () => [
      (await reader.send("GET /notes?scope=shared")).body.items[0]?.isNew,
      (await reader.send(`GET /notes/${noteId}`)).body.isNew,
    ];
    await share();
    expect(await isNew()).toEqual([true, true]);
    expect((await reader.send(`PUT /notes/${noteId}/seen`)).status).toBe(204);
    expect(await isNew()).toEqual([false, false]);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [readerId], role: "editor" } });
    expect(await isNew()).toEqual([false, false]);
    await owner.send(`DELETE /notes/${noteId}/shares/${readerId}`);
    await share();
    expect(await isNew()).toEqual([true, true]);
    expect((await owner.send(`GET /notes/${noteId}`)).body.isNew).toBe(false);
  });

  it("a shared file is marked as new until its receiver opens the file", async () => {
    const { owner, reader, readerId, noteId } = await arrange();
    const attachmentId = await attach(owner, noteId);
    await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: { userIds: [readerId] } });
    const isNew = async () => (await reader.send("GET /attachments?scope=shared")).body.items[0].isNew;
    expect(await isNew()).toBe(true);
    expect((await reader.send(`PUT /attachments/${attachmentId}/seen`)).status).toBe(204);
    expect(await isNew()).toBe(false);
  });

  it("a note is marked as new for its owner when a visitor sends a file", async () => {
    const { owner, ownerId, noteId } = await arrange();
    const isNew = async () => [
      (await owner.send("GET /notes")).body.items[0].isNew,
      (await owner.send(`GET /notes/${noteId}`)).body.isNew,
    ];
    const { token } = await insertRequest(service, { noteId, ownerId });
    const visitor = createVisitor(service.app, token);
    await visitor.start("not sent");
    expect(await isNew()).toEqual([false, false]);
    await visitor.sendFile("hello");
    expect(await isNew()).toEqual([true, true]);
    await owner.send(`PUT /notes/${noteId}/seen`);
    expect(await isNew()).toEqual([false, false]);
    await visitor.sendFile("again");
    expect(await isNew()).toEqual([true, true]);
  });
});
