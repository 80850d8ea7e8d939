import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleInvitation, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fillWindow } from "../../testing/fill-window.ts";
import { invitationActions, newEmail, tokenIn } from "../../testing/invitations.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld } from "../../testing/world.ts";
import { noteQueries } from "../notes/queries.ts";
import { invitationQueries } from "./queries/invitations.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("invitations on $name", (engine) => {
  const service = useService({ engine });
  const replica = useService({ engine, beside: service });
  const { invite, look, owner, readNote, redeem, sharesOf, signUp } = invitationActions(service);
  beforeAll(async () => {
    await owner.send("GET /me");
  });

  it("an invitation opens the note to a person who signs up with another email address", async () => {
    const { noteId, token, email, invitation } = await invite({ role: "editor" });
    expect(invitation.url).toMatch(/^https:\/\/files\.example\.com\/invitation#[\w-]{43}$/);
    expect((await look(token)).body).toEqual({
      opens: "note",
      ownerName: "owner",
      noteTitle: "Plan",
      filename: null,
      role: "editor",
      email,
      expiresAt: null,
      callerHas: "nothing",
      callerShare: null,
    });
    const dora = await signUp(newEmail());
    expect(await readNote(dora, noteId)).toBe(403);
    expect((await redeem(dora, token)).body).toEqual({ noteId, attachmentId: null });
    expect(await readNote(dora, noteId)).toBe(200);
    expect(await sharesOf(noteId)).toMatchObject({ shares: [{ userId: dora.id, role: "editor" }], invitations: [] });
    const { items } = (await owner.send(`GET /notes/${noteId}/activity`)).body;
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      "invitation.redeemed",
      "invitation.created",
      "note.created",
    ]);
    expect(items[0]).toMatchObject({ actor: { id: dora.id }, detail: { email, role: "editor" } });
    // An editor must not see the email addresses that the owner invited.
    expect(JSON.stringify((await dora.send(`GET /notes/${noteId}/activity`)).body)).not.toContain(email);
  });

  it("an invitation to one file opens only the file, and does not name its note", async () => {
    const { attachmentId, noteId } = await createWorld(service);
    const json = { emails: [newEmail()] };
    const { body } = await owner.send(`PUT /attachments/${attachmentId}/shares`, { json });
    const token = tokenIn(body.invitations[0]);
    expect((await look(token)).body).toMatchObject({ filename: "hello.txt", noteTitle: null });
    const dora = await signUp(newEmail());
    expect((await redeem(dora, token)).body).toEqual({ noteId, attachmentId });
    expect((await dora.send(`GET /attachments/${attachmentId}`)).status).toBe(200);
    expect(await readNote(dora, noteId)).toBe(403);
  });

  it("an invitation works for only one user", async () => {
    const { noteId, token } = await invite();
    const [dora, emil] = [await signUp(newEmail()), await signUp(newEmail())];
    await redeem(dora, token);
    expect((await redeem(dora, token)).body).toMatchObject({ noteId });
    expect((await redeem(emil, token)).body).toMatchObject({ status: 409, code: "invitation_used" });
    expect((await look(token)).body).toMatchObject({ status: 409, code: "invitation_used" });
    expect(await readNote(emil, noteId)).toBe(403);
  });

  it("an invitation can't be accepted by the owner, after 30 days or after its share expires", async () => {
    const { token } = await invite();
    expect((await redeem(owner, token)).body.code).toBe("own_invitation");
    expect((await look(token, owner)).body).toMatchObject({ callerHas: "note" });
    const dora = await signUp(newEmail());
    const short = await invite({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    replica.advance(2 * 3_600_000);
    const redeemLater = (given: string) => replica.useCases.acceptInvitation({ userId: dora.id }, given);
    await expect(redeemLater(short.token)).rejects.toMatchObject({ code: "invitation_expired" });
    replica.advance(30 * DAY_MS - 3 * 3_600_000);
    await expect(replica.useCases.lookAtInvitation(token, { network: "test" })).resolves.toBeDefined();
    replica.advance(2 * 3_600_000);
    await expect(redeemLater(token)).rejects.toMatchObject({ code: "invitation_expired" });
    await expect(replica.useCases.lookAtInvitation(token, { network: "test" })).rejects.toMatchObject({
      code: "invitation_expired",
    });
  });

  it("the link of an invitation expires no later than the share of the invitation", async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { invitation } = await invite({ expiresAt: soon });
    expect(invitation).toMatchObject({ expiresAt: soon, linkExpiresAt: soon });
    const late = new Date(Date.now() + 60 * DAY_MS).toISOString();
    const { invitation: longer } = await invite({ expiresAt: late });
    expect(Date.parse(longer.linkExpiresAt)).toBeLessThan(Date.parse(late));
  });

  it("an invitation stays open if the person who accepts it already has access", async () => {
    const { noteId, token } = await invite();
    const [dora, emil] = [await signUp(newEmail()), await signUp(newEmail())];
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id], role: "editor" } });
    expect((await look(token, dora)).body).toMatchObject({ callerHas: "access" });
    expect((await redeem(dora, token)).body).toMatchObject({ noteId });
    expect((await look(token, emil)).body).toMatchObject({ callerHas: "nothing" });
    expect((await redeem(emil, token)).status).toBe(200);
    // After that, the link does not work for anybody else. This is also what the owner reads.
    for (const account of [owner, dora]) expect((await look(token, account)).body.code).toBe("invitation_used");
    expect((await redeem(owner, token)).body.code).toBe("invitation_used");
    expect((await sharesOf(noteId)).shares).toMatchObject([
      { userId: dora.id, role: "editor" },
      { userId: emil.id, role: "viewer" },
    ]);
  });

  const [early, late] = ["2998-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"];
  const viewUntil = (expiresAt: string | null) => ({ role: "viewer", expiresAt });
  const editUntil = (expiresAt: string | null) => ({ role: "editor", expiresAt });

  it.each([
    { own: viewUntil(early), invited: viewUntil(late), callerHas: "nothing", after: viewUntil(late) },
    { own: viewUntil(late), invited: viewUntil(null), callerHas: "nothing", after: viewUntil(null) },
    { own: viewUntil(late), invited: editUntil(late), callerHas: "nothing", after: editUntil(late) },
    { own: viewUntil(late), invited: viewUntil(early), callerHas: "access", after: viewUntil(late) },
    { own: viewUntil(null), invited: viewUntil(null), callerHas: "access", after: viewUntil(null) },
    { own: editUntil(early), invited: viewUntil(late), callerHas: "access", after: editUntil(early) },
    { own: viewUntil(late), invited: editUntil(early), callerHas: "longer", after: editUntil(early) },
    { own: viewUntil(null), invited: editUntil(late), callerHas: "longer", after: editUntil(late) },
  ])(
    "a person with the share $own.role until $own.expiresAt learns what the invitation $invited changes",
    async (example) => {
      const { own, invited, callerHas, after } = example;
      const { noteId, token } = await invite(invited);
      const dora = await signUp(newEmail());
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id], ...own } });
      const callerShare = callerHas === "nothing" ? null : { opens: "note", ...own };
      expect((await look(token, dora)).body).toMatchObject({ callerHas, callerShare });
      expect((await redeem(dora, token)).body).toMatchObject({ noteId });
      expect((await sharesOf(noteId)).shares).toMatchObject([{ userId: dora.id, ...after }]);
      expect((await look(token)).status).toBe(callerHas === "access" ? 200 : 409);
    },
  );

  it("an invitation to a file gives nothing to a person with a longer share of the note", async () => {
    const { attachmentId, noteId } = await createWorld(service);
    const json = { emails: [newEmail()], expiresAt: late };
    const { body } = await owner.send(`PUT /attachments/${attachmentId}/shares`, { json });
    const token = tokenIn(body.invitations[0]);
    const dora = await signUp(newEmail());
    const share = (expiresAt: string | null) =>
      owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id], expiresAt } });
    await share(early);
    expect((await look(token, dora)).body).toMatchObject({ callerHas: "nothing" });
    await share(null);
    expect((await look(token, dora)).body).toMatchObject({
      callerHas: "access",
      callerShare: { opens: "note", role: "viewer", expiresAt: null },
    });
    const fileShare = { userIds: [dora.id] };
    await owner.send(`DELETE /notes/${noteId}/shares/${dora.id}`);
    await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: fileShare });
    expect((await look(token, dora)).body).toMatchObject({
      callerHas: "access",
      callerShare: { opens: "file", role: "viewer", expiresAt: null },
    });
  });

  it("a used invitation opens the note for its user while the user has a share", async () => {
    const { noteId, token } = await invite({ role: "editor" });
    const dora = await signUp(newEmail());
    await redeem(dora, token);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id], role: "viewer" } });
    expect((await redeem(dora, token)).body).toMatchObject({ noteId });
    await owner.send(`DELETE /notes/${noteId}/shares/${dora.id}`);
    expect((await redeem(dora, token)).body).toMatchObject({ status: 409, code: "invitation_used" });
  });

  it("the owner can change the role, the expiry and the link of an invitation", async () => {
    const { noteId, invitation, token } = await invite();
    const expiresAt = "2999-01-01T00:00:00.000Z";
    const path = `/invitations/${invitation.id}`;
    const changed = (await owner.send(`PATCH ${path}`, { json: { role: "editor", expiresAt } })).body;
    expect(changed).toMatchObject({ role: "editor", expiresAt, url: invitation.url });
    const renewed = (await owner.send(`PATCH ${path}`, { json: { newLink: true } })).body;
    expect(renewed).toMatchObject({ role: "editor", expiresAt });
    expect((await look(token)).body).toMatchObject({ status: 404, code: "invitation_not_found" });
    const dora = await signUp(newEmail());
    expect((await redeem(dora, tokenIn(renewed))).status).toBe(200);
    expect((await sharesOf(noteId)).shares).toMatchObject([{ userId: dora.id, role: "editor", expiresAt }]);
    expect((await owner.send(`PATCH ${path}`, { json: { role: "viewer" } })).body.code).toBe("invitation_used");
  });

  it.each([
    [{}, 400],
    [{ role: "owner" }, 400],
    [{ expiresAt: "2001-01-01T00:00:00Z" }, 400],
    [{ newLink: false }, 400],
  ])("PATCH /invitations/:id with the body %j returns %i", async (json, status) => {
    const { invitation } = await invite();
    expect((await owner.send(`PATCH /invitations/${invitation.id}`, { json })).status).toBe(status);
  });

  it("the owner can't give the role editor to an invitation to a file", async () => {
    const { attachmentId } = await createWorld(service);
    const { body } = await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: { emails: [newEmail()] } });
    const change = await owner.send(`PATCH /invitations/${body.invitations[0].id}`, { json: { role: "editor" } });
    expect(change.body).toMatchObject({ status: 400, code: "invalid_request" });
  });

  it("requirement 35: an invitation stops working while the note's owner is disabled", async () => {
    const host = await signUp(newEmail());
    const { id } = (await host.send("POST /notes", { json: { title: "Plan" } })).body;
    const { body } = await host.send(`PUT /notes/${id}/shares`, { json: { emails: [newEmail()] } });
    const token = tokenIn(body.invitations[0]);
    await service.useCases.disableUser(host.id);
    expect((await look(token)).status).toBe(404);
    expect((await redeem(await signUp(newEmail()), token)).status).toBe(404);
    await service.useCases.enableUser(host.id);
    expect((await look(token)).status).toBe(200);
  });

  it("an invitation tells a disabled person nothing about the former access", async () => {
    const { noteId, token } = await invite();
    const dora = await signUp(newEmail());
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id] } });
    expect((await look(token, dora)).body).toMatchObject({ callerHas: "access" });
    await service.useCases.disableUser(dora.id);
    expect((await look(token, dora)).body).toMatchObject({ callerHas: "nothing", callerShare: null });
    expect((await redeem(dora, token)).body.code).toBe("access_denied");
  });

  it("an invitation stops working after its revocation", async () => {
    const { noteId, invitation, token } = await invite();
    expect((await owner.send(`DELETE /invitations/${invitation.id}`)).status).toBe(204);
    const dora = await signUp(newEmail());
    expect((await redeem(dora, token)).body).toMatchObject({ status: 404, code: "invitation_not_found" });
    expect(await sharesOf(noteId)).toEqual({ shares: [], invitations: [] });
    expect((await owner.send(`DELETE /invitations/${invitation.id}`)).status).toBe(404);
  });

  it("a new invitation replaces the former one if only the case of the email differs", async () => {
    const { noteId, email, invitation, token } = await invite();
    const again = await invite({ noteId, email: email.toUpperCase(), role: "editor" });
    expect(again.body.invitations).toMatchObject([{ id: invitation.id, email, role: "editor", url: invitation.url }]);
    const dora = await signUp(newEmail());
    await redeem(dora, token);
    const third = await invite({ noteId, email });
    expect(third.token).not.toBe(token);
    expect((await look(token)).status).toBe(404);
    expect((await sharesOf(noteId)).shares).toMatchObject([{ userId: dora.id }]);
  });

  it("an email address with a tag gets its own invitation", async () => {
    const name = uuidv7();
    const { noteId } = await invite({ email: `${name}+files@example.com` });
    const { body } = await invite({ noteId, email: `${name}@example.com` });
    expect(body.invitations).toHaveLength(2);
  });

  it.each(["", "x", "A".repeat(43), "A".repeat(101), "../etc", "vk_".padEnd(43, "x")])(
    "the service refuses the invitation token %j",
    async (token) => {
      const dora = service.as("dora");
      for (const answer of [await look(token), await dora.send("POST /invitations/redeem", { json: { token } })]) {
        expect([400, 404]).toContain(answer.status);
      }
    },
  );

  it("requirement 30: one IP address can open an invitation at most 300 times in a minute", async () => {
    const { token } = await invite();
    const lookFrom = async (remoteAddress: string) =>
      (await service.app.inject({ method: "POST", url: "/invitations/look", remoteAddress, payload: { token } }))
        .statusCode;
    await fillWindow(service.db, { limit: "link looks", holder: "198.51.100.7", count: 299 });
    expect(await lookFrom("198.51.100.7")).toBe(200);
    expect(await lookFrom("198.51.100.7")).toBe(429);
    expect(await lookFrom("198.51.100.8")).toBe(200);
  });

  it("requirement 19: no database row and no link token opens an invitation", async () => {
    const { noteId, token } = await invite();
    const rows = await service.database.db.kysely.selectFrom("invitations").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(-21));
    const link = (await owner.send(`POST /notes/${noteId}/links`, { json: {} })).body;
    expect((await look(link.url.split("/s/")[1])).status).toBe(404);
    expect((await service.anonymous.send(`GET /public/links/${token}`)).status).toBe(404);
  });

  it("requirement 28: no log line contains the token of an invitation", async () => {
    const { token } = await invite();
    await look(token);
    await redeem(await signUp(newEmail()), token);
    expect(service.log()).not.toContain(token);
  });

  it("requirement 30: a user has at most 1,000 open invitations", async () => {
    const hoarder = service.as("hoarder");
    const [first, second] = [sampleNote({ ownerId: "hoarder" }), sampleNote({ ownerId: "hoarder" })];
    for (const note of [first, second]) await noteQueries(service.db).insert(note);
    const given = { ownerId: "hoarder", invitedBy: "hoarder" };
    const many = Array.from({ length: 1_000 }, (_, nth) =>
      sampleInvitation(first, { ...given, email: `${nth}@example.com` }),
    );
    await invitationQueries(service.db).put(...many);
    const { body } = await hoarder.send(`PUT /notes/${second.id}/shares`, { json: { emails: [newEmail()] } });
    expect(body).toMatchObject({ status: 409, code: "too_many_invitations" });
  });

  it("the sweep deletes a used invitation after the expiry of its link", async () => {
    const { noteId, token } = await invite();
    const count = async () =>
      (await service.database.db.kysely.selectFrom("invitations").selectAll().where("note_id", "=", noteId).execute())
        .length;
    await redeem(await signUp(newEmail()), token);
    await invitationQueries(service.db).deleteOld(Date.now());
    expect(await count()).toBe(1);
    await invitationQueries(service.db).deleteOld(Date.now() + 31 * DAY_MS);
    expect(await count()).toBe(0);
    await invite({ noteId });
    await owner.send(`DELETE /notes/${noteId}`);
    expect(await count()).toBe(0);
  });
});
