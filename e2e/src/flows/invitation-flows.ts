import { expect } from "vitest";
import { tokenIn } from "../../../packages/server/src/testing/invitations.ts";
import { invitationTexts } from "../../../packages/web/src/texts/en/invitations.ts";
import type { Flow, Walk } from "./place.ts";

type Owner = Awaited<ReturnType<Walk["owner"]>>;

/** Shares a note with an email address. Returns the invitation, and its token from the mail or from the copied link. */
async function invite(walk: Walk, { owner, email }: { owner: Owner; email: string }) {
  const { body } = await owner.send(`PUT /notes/${owner.noteId}/shares`, { emails: [email] });
  const invitation = body.invitations.find((one: { email: string }) => one.email === email);
  const token = walk.hasMail ? await walk.mailedToken(email, "invitation") : tokenIn(invitation);
  return { id: invitation.id as string, token };
}

const look = ({ service }: Walk, token: string) =>
  service.anonymous.send("POST /invitations/look", { json: { token } });

/** Creates an account for the invited email address, accepts the invitation, and opens the note. */
async function accept(walk: Walk, { token, email, noteId }: { token: string; email: string; noteId: string }) {
  expect((await look(walk, token)).body).toMatchObject({ email, noteTitle: "Plan" });
  const person = await walk.signUp(email);
  expect((await person.send("POST /invitations/redeem", { token })).body).toMatchObject({ noteId });
  expect(await person.opens(`/notes/${noteId}`)).toBe(true);
  return person;
}

/** Opens a closed invitation, and checks the advice on its page. Then the owner makes a new invitation, which works. */
async function replace(walk: Walk, { owner, email, token }: { owner: Owner; email: string; token: string }) {
  const { code } = (await look(walk, token)).body as { code: keyof typeof invitationTexts.closed };
  expect(invitationTexts.closed[code].hint).toMatch(/[Aa]sk (?:for|the person who sent it for) another one\.$/);
  walk.reach("The page says to ask for another invitation");
  const again = await invite(walk, { owner, email });
  await accept(walk, { ...again, email, noteId: owner.noteId });
  walk.reach(
    walk.hasMail ? "The invitation of another mail opens the note" : "Another copied invitation opens the note",
  );
}

export const invitationFlows: Record<string, Flow> = {
  async "Share with a person without an account"(walk) {
    const [owner, email] = [await walk.owner(), walk.newEmail()];
    const { token } = await invite(walk, { owner, email });
    await accept(walk, { token, email, noteId: owner.noteId });
    walk.reach(walk.hasMail ? "The invitation of the mail opens the note" : "The copied invitation opens the note");
  },

  async "Share with a person who has an account"(walk) {
    const [owner, person] = [await walk.owner(), await walk.signUp()];
    const { token } = await invite(walk, { owner, email: person.email });
    const { items } = (await person.send("GET /notes?scope=shared")).body;
    expect(items.map(({ id }: { id: string }) => id)).toEqual([owner.noteId]);
    walk.reach("The note is under “Shared with me”");
    if (!walk.hasMail) return;
    expect((await person.send("POST /invitations/redeem", { token })).status).toBe(200);
    walk.reach("A mail opens the note, which is under “Shared with me”");
  },

  async "Sign up by invitation"(walk) {
    const [owner, email] = [await walk.owner(), walk.newEmail()];
    const { token } = await invite(walk, { owner, email });
    const person = await accept(walk, { token, email, noteId: owner.noteId });
    walk.reach("The account exists, and the note is open");
    if (!walk.hasMail) return;
    const proof = await walk.mailedToken(email, "confirm-email");
    expect((await walk.post("prove-email", { token: proof }, person.cookie)).code).toBe(200);
    expect((await person.send("GET /me")).body.emailProven).toBe(true);
    walk.reach("The account exists, and a mail confirms its email address");
  },

  async "Ask for access"(walk) {
    const [owner, person] = [await walk.owner(), await walk.signUp()];
    const note = `/notes/${owner.noteId}`;
    expect(await person.opens(note)).toBe(false);
    expect((await person.send(`POST ${note}/access-requests`)).status).toBe(202);
    if (walk.hasMail) expect((await walk.mailTo(owner.email))?.text).toContain(`/n/${owner.noteId}`);
    else expect((await owner.send(`GET ${note}`)).body.accessRequestCount).toBe(1);
    walk.reach("The owner sees the request");
    await owner.send(`PUT ${note}/access-requests/${person.userId}`, { role: "viewer" });
    expect(await person.opens(note)).toBe(true);
    walk.reach(walk.hasMail ? "The owner gets a mail, and allows it" : "The owner sees it in the app, and allows it");
  },

  async "An invitation that has expired"(walk) {
    const [owner, email] = [await walk.owner(), walk.newEmail()];
    const { id, token } = await invite(walk, { owner, email });
    const { kysely } = walk.service.database.db;
    await kysely.updateTable("invitations").set({ link_expires_at: Date.now() }).where("id", "=", id).execute();
    await replace(walk, { owner, email, token });
  },

  async "An invitation that was revoked"(walk) {
    const [owner, email] = [await walk.owner(), walk.newEmail()];
    const { id, token } = await invite(walk, { owner, email });
    await owner.send(`DELETE /invitations/${id}`);
    await replace(walk, { owner, email, token });
  },

  async "An invitation that another account used"(walk) {
    const [owner, email, other] = [await walk.owner(), walk.newEmail(), await walk.signUp()];
    const { token } = await invite(walk, { owner, email });
    await other.send("POST /invitations/redeem", { token });
    await replace(walk, { owner, email, token });
    expect((await owner.send(`DELETE /notes/${owner.noteId}/shares/${other.userId}`)).status).toBe(204);
    expect(await other.opens(`/notes/${owner.noteId}`)).toBe(false);
  },
};
