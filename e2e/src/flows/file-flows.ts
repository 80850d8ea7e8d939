import { expect } from "vitest";
import { visitorOf } from "../../../packages/server/src/testing/link-visits.ts";
import { createVisitor } from "../../../packages/server/src/testing/visitor.ts";
import type { Flow } from "./place.ts";

/** The time after which a mail that collects several events is due, in milliseconds. */
const COLLECTED_MS = 660_000;
const PASSWORD = "open sesame";

const tokenOf = (link: { url: string }): string => new URL(link.url).pathname.split("/").at(-1) ?? "";

export const fileFlows: Record<string, Flow> = {
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

  async "Restore from the trash"(walk) {
    const [owner, reader] = [await walk.owner(), await walk.signUp()];
    const note = `/notes/${owner.noteId}`;
    await owner.send(`PUT ${note}/shares`, { userIds: [reader.userId] });
    await owner.send(`DELETE ${note}`);
    expect(await reader.opens(note)).toBe(false);
    expect((await owner.send("GET /trash")).body.items).toMatchObject([{ noteId: owner.noteId }]);
    expect((await owner.send(`POST /trash${note}/restore`)).status).toBe(204);
    expect(await reader.opens(note)).toBe(true);
    walk.reach("The note is back, with its shares");
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
