import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { invitationActions, newEmail, tokenIn } from "../../testing/invitations.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld } from "../../testing/world.ts";

const ROUNDS = 25;

describe.each(engines)("accepted invitations on $name", (engine) => {
  const service = useService({ engine });
  const replica = useService({ engine, beside: service });
  const { createNote, invite, look, owner, readNote, redeem, sharesOf, signUp } = invitationActions(service);
  beforeAll(async () => {
    await owner.send("GET /me");
  });

  /** A user whose own email address has an open invitation accepts another invitation to the same note. */
  async function acceptAnother() {
    const email = newEmail();
    const dora = await signUp(email);
    const own = await invite({ email });
    const other = await invite({ noteId: own.noteId, role: "editor" });
    expect((await redeem(dora, other.token)).status).toBe(200);
    return { dora, noteId: own.noteId, own };
  }

  it("a share stays when another person accepts the other invitation of its user", async () => {
    const { dora, noteId, own } = await acceptAnother();
    await redeem(await signUp(newEmail()), own.token);
    expect(await readNote(dora, noteId)).toBe(200);
  });

  it("a share stays when the owner revokes the other invitation of its user", async () => {
    const { dora, noteId, own } = await acceptAnother();
    expect((await owner.send(`DELETE /invitations/${own.invitation.id}`)).status).toBe(204);
    expect(await readNote(dora, noteId)).toBe(200);
  });

  it("a share by user id stays when the owner revokes an earlier invitation", async () => {
    const email = newEmail();
    const dora = await signUp(email);
    const { noteId, invitation } = await invite({ email });
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id] } });
    expect((await owner.send(`DELETE /invitations/${invitation.id}`)).status).toBe(204);
    expect(await readNote(dora, noteId)).toBe(200);
  });

  it("the owner sees a user who has accepted one of two invitations", async () => {
    const { dora, noteId } = await acceptAnother();
    expect((await sharesOf(noteId)).shares).toMatchObject([{ userId: dora.id, role: "editor" }]);
  });

  it("an invitation to view does not replace a simultaneous share to edit", async () => {
    const roles = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const dora = await signUp(newEmail());
      const { noteId, token } = await invite({ role: "viewer" });
      await Promise.all([
        service.useCases.acceptInvitation({ userId: dora.id }, token),
        replica.useCases.putShares(
          { userId: "owner" },
          { subject: { noteId }, userIds: [dora.id], emails: [], role: "editor", expiresAt: undefined },
        ),
      ]);
      roles.add((await sharesOf(noteId)).shares[0].role);
    }
    expect([...roles]).toEqual(["editor"]);
  });

  it("a user who accepts an invitation to view and one to edit at once can edit", async () => {
    const roles = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const noteId = await createNote();
      const viewing = await invite({ noteId, role: "viewer" });
      const editing = await invite({ noteId, role: "editor" });
      const userId = uuidv7();
      // The fault needs the viewer invitation to be written last, so the editor invitation starts first.
      await Promise.all([
        replica.useCases.acceptInvitation({ userId }, editing.token),
        service.useCases.acceptInvitation({ userId }, viewing.token),
      ]);
      roles.add((await sharesOf(noteId)).shares[0].role);
    }
    expect([...roles]).toEqual(["editor"]);
  });

  it.each(["viewer", "editor"])(
    "an invitation to a file lengthens the access to this file for the %s of a note",
    async (role) => {
      const { attachmentId, noteId } = await createWorld(service);
      const dora = await signUp(newEmail());
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [dora.id], role, expiresAt } });
      const { body } = await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: { emails: [newEmail()] } });
      const token = tokenIn(body.invitations[0]);
      expect.soft((await look(token, dora)).body.callerHas).toBe("nothing");
      await redeem(dora, token);
      const { shares } = (await owner.send(`GET /attachments/${attachmentId}/shares`)).body;
      expect(shares).toContainEqual(expect.objectContaining({ userId: dora.id, expiresAt: null }));
    },
  );
});
