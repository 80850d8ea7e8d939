import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { invitationActions, newEmail } from "../../testing/invitations.ts";
import { recordCalls } from "../../testing/record-calls.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld } from "../../testing/world.ts";

describe.each(engines)("requirement 44: invitations of known and unknown email addresses on $name", (engine) => {
  const calls: string[] = [];
  const service = useService({ engine, wrap: { database: (db) => recordCalls(db, calls) } });
  const { createNote, invite, owner, readNote, redeem, sharesOf, signUp } = invitationActions(service);
  beforeAll(async () => {
    await owner.send("GET /me");
  });

  /** Returns the names of the queries that a call runs. */
  async function queriesOf(call: () => Promise<unknown>): Promise<string[]> {
    calls.length = 0;
    await call();
    return [...calls];
  }

  it("invitations of known and unknown email addresses have equal responses", async () => {
    const [known, unknown, noteId] = [newEmail(), newEmail(), await createNote()];
    await signUp(known);
    const json = { emails: [known, unknown] };
    const { body } = await owner.send(`PUT /notes/${noteId}/shares`, { json });
    const [one, other] = [known, unknown].map((email) => {
      const { invitations } = body;
      const { id: _, url: __, ...rest } = invitations.find((each: { email: string }) => each.email === email);
      return { ...rest, email: "" };
    });
    expect(one).toEqual(other);
    expect(body).toMatchObject({ shares: [], results: json.emails.map((email) => ({ email, outcome: "shared" })) });
    const { results: _, ...listed } = body;
    expect(await sharesOf(noteId)).toEqual(listed);
    const { items } = (await owner.send(`GET /notes/${noteId}/activity`)).body;
    for (const event of items.slice(0, 2)) {
      expect(event).toMatchObject({ action: "invitation.created", detail: { role: "viewer", expiresAt: null } });
      expect(event).not.toHaveProperty("subject");
    }
  });

  it("the owner sees who holds an invited email address after the holder opens the note", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const { noteId } = await invite({ email });
    expect(JSON.stringify((await holder.send("GET /notes?scope=shared")).body)).toContain(noteId);
    expect((await sharesOf(noteId)).shares).toEqual([]);
    expect(await readNote(holder, noteId)).toBe(200);
    expect(await sharesOf(noteId)).toMatchObject({ shares: [{ userId: holder.id, email }], invitations: [] });
  });

  it("the owner sees who holds an invited email address after the holder downloads the file", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const { attachmentId } = await createWorld(service);
    const call = `/attachments/${attachmentId}/shares`;
    await owner.send(`PUT ${call}`, { json: { emails: [email] } });
    const holders = async () =>
      (await owner.send(`GET ${call}`)).body.shares.map(({ userId }: { userId: string }) => userId);
    await holder.send("POST /attachments/urls", { json: { attachmentIds: [attachmentId], purpose: "thumbnail" } });
    expect(await holders()).not.toContain(holder.id);
    await holder.send(`GET /attachments/${attachmentId}/url`);
    expect(await holders()).toContain(holder.id);
  });

  it("the owner sees who holds an invited email address after the holder gets a batch of URLs", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const { attachmentId } = await createWorld(service);
    await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: { emails: [email] } });
    await holder.send("POST /attachments/urls", { json: { attachmentIds: [attachmentId] } });
    expect((await owner.send(`GET /attachments/${attachmentId}/shares`)).body.invitations).toEqual([]);
  });

  it.each([
    ["changes the note", "PATCH /notes/:noteId", { json: { title: "New" } }],
    ["lists the files", "GET /notes/:noteId/attachments", {}],
    [
      "starts an upload",
      "POST /notes/:noteId/uploads",
      { json: { filename: "a.txt", contentType: "text/plain", sizeBytes: 1 } },
    ],
    ["attaches a file", "POST /notes/:noteId/attachments", { form: fileForm() }],
  ])("the owner sees who holds an invited email address after the holder %s", async (_, call, options) => {
    const email = newEmail();
    const holder = await signUp(email);
    const { noteId } = await invite({ email, role: "editor" });
    expect((await holder.send(call.replace(":noteId", noteId), options)).status).toBeLessThan(300);
    expect(await sharesOf(noteId)).toMatchObject({ shares: [{ userId: holder.id, email }], invitations: [] });
  });

  it("invitations of known and unknown email addresses run the same queries", async () => {
    const [known, unknown] = [newEmail(), newEmail()];
    await signUp(known);
    const counts = [];
    for (const email of [known, unknown]) {
      const { noteId, invitation } = await invite({ email });
      const json = { emails: [email] };
      const path = `/invitations/${invitation.id}`;
      counts.push([
        await queriesOf(() => owner.send(`PUT /notes/${noteId}/shares`, { json })),
        await queriesOf(() => owner.send(`PATCH ${path}`, { json: { role: "editor" } })),
        await queriesOf(() => owner.send(`GET /notes/${noteId}/shares`)),
        await queriesOf(() => owner.send(`DELETE ${path}`)),
      ]);
    }
    expect(counts[0]).toEqual(counts[1]);
    expect(counts.flat(2)).toContain("shares.putInvited");
  });

  it("the service locks an invitation before it reads the holder of the email address", async () => {
    const { noteId, email } = await invite();
    const json = { emails: [email] };
    const queries = await queriesOf(() => owner.send(`PUT /notes/${noteId}/shares`, { json }));
    const locked = queries.indexOf("invitations.holdOf");
    expect(locked).toBeGreaterThan(0);
    expect(queries.indexOf("people.findByEmails")).toBeGreaterThan(locked);
    expect(queries.indexOf("shares.list")).toBeGreaterThan(locked);
  });

  it("an owner can't invite their own email address, even if another user proved it", async () => {
    const email = newEmail();
    const host = await signUp(email);
    const noteId = (await host.send("POST /notes", { json: { title: "Plan" } })).body.id;
    const share = (given: string) => host.send(`PUT /notes/${noteId}/shares`, { json: { emails: [given] } });
    const refused = (await share(email.toUpperCase())).body;
    expect(refused).toMatchObject({ status: 400, code: "invalid_request" });
    await service.useCases.rememberPerson({ id: uuidv7(), email, emailProvenBy: "operator", name: "P" });
    expect((await share(email)).body).toMatchObject({ status: 400, detail: refused.detail });
    expect((await share(newEmail())).status).toBe(200);
  });

  it("a change or revocation of an invitation applies to the share of its holder", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const { noteId, invitation } = await invite({ email });
    await owner.send(`PATCH /invitations/${invitation.id}`, { json: { role: "editor" } });
    const change = { json: { title: "New" } };
    expect((await holder.send(`PATCH /notes/${noteId}`, change)).status).toBe(200);
    await owner.send(`DELETE /invitations/${invitation.id}`);
    expect(await readNote(holder, noteId)).toBe(403);
  });

  it("the owner does not see who holds an invited address if another user accepts", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const { noteId, token } = await invite({ email });
    const second = await signUp(newEmail());
    await redeem(second, token);
    expect(await service.holdersOf(noteId)).toEqual([second.id]);
    expect(JSON.stringify(await sharesOf(noteId))).not.toContain(holder.id);
  });

  it("the list of shares omits a holder after another user proves the email address", async () => {
    const email = newEmail();
    await signUp(email);
    const { noteId } = await invite({ email });
    await service.useCases.rememberPerson({ id: `proven-${email}`, email, emailProvenBy: "operator", name: "P" });
    expect(await service.holdersOf(noteId)).toEqual([`proven-${email}`]);
    expect((await sharesOf(noteId)).shares).toEqual([]);
  });
});
