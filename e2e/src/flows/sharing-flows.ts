import { expect } from "vitest";
import { tokenIn } from "../../../packages/server/src/testing/invitations.ts";
import { visitorOf } from "../../../packages/server/src/testing/link-visits.ts";
import { createVisitor } from "../../../packages/server/src/testing/visitor.ts";
import type { Flow, Walk } from "./place.ts";

/** The time after which a mail that collects several events is due, in milliseconds. */
const COLLECTED_MS = 660_000;
const PASSWORD = "open sesame";

const tokenOf = (link: { url: string }): string => new URL(link.url).pathname.split("/").at(-1) ?? "";

type Owner = Awaited<ReturnType<Walk["owner"]>>;

/** Shares a note with an email address. Returns the token of the invitation, from the mail or from the copied link. */
async function invite(walk: Walk, { owner, email }: { owner: Owner; email: string }): Promise<string> {
  const { body } = await owner.send(`PUT /notes/${owner.noteId}/shares`, { emails: [email] });
  if (walk.hasMail) return walk.mailedToken(email, "invitation");
  return tokenIn(body.invitations.find((one: { email: string }) => one.email === email));
}

/** Flows about shares, links and file requests. */
export const sharingFlows: Record<string, Flow> = {
  async "Share with a person without an account"(walk) {
    const [owner, email] = [await walk.owner(), walk.newEmail()];
    const token = await invite(walk, { owner, email });
    const { body } = await walk.service.anonymous.send("POST /invitations/look", { json: { token } });
    expect(body).toMatchObject({ email, noteTitle: "Plan" });
    const person = await walk.signUp(email);
    expect((await person.send("POST /invitations/redeem", { token })).body).toMatchObject({ noteId: owner.noteId });
    expect(await person.opens(`/notes/${owner.noteId}`)).toBe(true);
    walk.reach(walk.hasMail ? "The invitation of the mail opens the note" : "The copied invitation opens the note");
  },

  async "Share with a person who has an account"(walk) {
    const [owner, person] = [await walk.owner(), await walk.signUp()];
    const token = await invite(walk, { owner, email: person.email });
    const { items } = (await person.send("GET /notes?scope=shared")).body;
    expect(items.map(({ id }: { id: string }) => id)).toEqual([owner.noteId]);
    walk.reach("The note is under “Shared with me”");
    if (!walk.hasMail) return;
    expect((await person.send("POST /invitations/redeem", { token })).status).toBe(200);
    walk.reach("A mail opens the note, which is under “Shared with me”");
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

  async "A link for certain people"(walk) {
    const [owner, email] = [await walk.owner(), walk.newEmail()];
    const make = (json: object) => owner.send(`POST /notes/${owner.noteId}/links`, json);
    const visitor = visitorOf(walk.service.app);
    const made = await make({ recipients: [email] });
    if (walk.hasMail) {
      const token = tokenOf(made.body);
      await visitor.send(`POST /public/links/${token}/codes`, { json: { email } });
      const [, code] = /^(\d{4} \d{4})$/m.exec((await walk.mailTo(email))?.text ?? "") ?? [];
      await visitor.send(`POST /public/links/${token}/email`, { json: { email, code } });
      expect((await visitor.look(token)).body).toMatchObject({ state: "open" });
      walk.reach("The code of a mail opens it");
    } else {
      expect(made.body.code).toBe("mail_disabled");
      const token = tokenOf((await make({ password: PASSWORD })).body);
      await visitor.unlock(token, PASSWORD);
      expect((await visitor.look(token)).body).toMatchObject({ state: "open" });
      walk.reach("It is not offered, and a link with a password opens");
    }
  },

  async "A file request"(walk) {
    const owner = await walk.owner();
    const json = { kind: "upload", request: {}, notify: "each" };
    const { body: link } = await owner.send(`POST /notes/${owner.noteId}/links`, json);
    const sent = await createVisitor(walk.service.app, tokenOf(link)).sendFile("hello");
    expect(sent.body.state).toBe("ready");
    const note = (await owner.send(`GET /notes/${owner.noteId}`)).body;
    expect(note).toMatchObject({ attachmentCount: 1, isNew: true });
    walk.reach("The note has the file, and is marked as new");
    if (!walk.hasMail) return;
    walk.service.advance(COLLECTED_MS);
    expect((await walk.mailTo(owner.email))?.text).toContain("You received a file");
    walk.reach("A mail tells the owner, and the note has the file");
  },
};
