import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleInvitation, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { invitationActions, newEmail } from "../../testing/invitations.ts";
import { useService } from "../../testing/use-service.ts";
import { noteQueries } from "../notes/queries.ts";
import { peopleQueries } from "../people/queries.ts";
import { invitationQueries } from "./queries/invitations.ts";
import { shareQueries } from "./queries/shares.ts";

describe.each(engines)("invitations on $name", (engine) => {
  const service = useService({ engine });
  const replica = useService({ engine, beside: service });
  const { createNote, invite, owner, redeem, sharesOf, signUp } = invitationActions(service);
  beforeAll(async () => {
    await owner.send("GET /me");
  });

  describe("requirement 34: invitations that wait for an email address", () => {
    const prove = (id: string, email: string) =>
      service.useCases.rememberPerson({ id, email, emailProvenBy: "operator", name: id });

    it("a waiting invitation reaches the user who has proven the email address", async () => {
      const { noteId, email } = await invite();
      const id = uuidv7();
      await prove(id, email.toUpperCase());
      expect(await service.holdersOf(noteId)).toEqual([id]);
    });

    it("a waiting invitation reaches its holder even after a crash of the service", async () => {
      const { noteId, email } = await invite();
      const person = { id: uuidv7(), email, name: "P" };
      await peopleQueries(service.db).put({ ...person, emailProvenBy: "mail", isAdmin: false, now: Date.now() });
      await service.useCases.rememberPerson(person);
      expect(await service.holdersOf(noteId)).toEqual([person.id]);
    });

    it("a waiting invitation does not reach an account that signs up without a proof", async () => {
      const { noteId, email } = await invite();
      await signUp(email);
      expect(await service.holdersOf(noteId)).toEqual([]);
    });

    it("a waiting invitation reaches nobody if several users have proven the address", async () => {
      const email = newEmail();
      await prove(uuidv7(), email);
      await prove(uuidv7(), email);
      const { noteId } = await invite({ email });
      await prove(uuidv7(), email);
      expect(await service.holdersOf(noteId)).toEqual([]);
    });

    it("a waiting invitation does not change an existing share of the holder", async () => {
      const { noteId, email, invitation, token } = await invite();
      const holder = await signUp(newEmail());
      const userId = holder.id;
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [userId], role: "editor" } });
      await prove(userId, email);
      expect((await redeem(holder, token)).body).toMatchObject({ noteId });
      // The owner may still see the invitation on an open page of the web app, and may revoke the invitation there.
      await owner.send(`DELETE /invitations/${invitation.id}`);
      expect((await sharesOf(noteId)).shares).toMatchObject([{ userId, role: "editor" }]);
    });

    it("a proof of an email address ends the access of a holder without a proof", async () => {
      const { noteId, email, id } = await inviteStranger();
      await prove(id, email);
      expect(await service.holdersOf(noteId)).toEqual([id]);
      const { shares, invitations } = await sharesOf(noteId);
      expect(shares).toMatchObject([{ userId: id, role: "editor" }]);
      expect(invitations).toEqual([]);
    });

    it("a repeated invitation ends the access of a holder who has not proven the address", async () => {
      const { noteId, email, id } = await inviteStranger();
      const proof = { email, emailProvenBy: "mail", emailStatedAt: Date.now() } as const;
      await peopleQueries(service.db).put({ id, name: id, isAdmin: false, now: Date.now(), ...proof });
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [email] } });
      expect(await service.holdersOf(noteId)).toEqual([id]);
    });

    /**
     * Gives a stranger the share of an invitation to an email address that the stranger has not proven. The owner also shares the note with
     * a second user, who later proves this email address.
     */
    async function inviteStranger() {
      const email = newEmail();
      await signUp(email);
      const { noteId } = await invite({ email });
      const { id } = await signUp(newEmail());
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [id], role: "editor" } });
      expect(await service.holdersOf(noteId)).toHaveLength(2);
      return { noteId, email, id };
    }

    it("a waiting invitation reaches the holder despite 200 newer invitations", async () => {
      const { noteId, email } = await invite();
      const id = uuidv7();
      await service.db.transaction(async (tx) => {
        const details = { userId: id, role: "viewer", expiresAt: undefined, createdAt: 0, createdBy: "owner" } as const;
        for (let nth = 0; nth < 200; nth += 1) {
          const note = sampleNote({ ownerId: "owner" });
          await noteQueries(tx).insert(note);
          await shareQueries(tx).put({ noteId: note.id }, details);
          await invitationQueries(tx).put(sampleInvitation(note, { ownerId: "owner", invitedBy: "owner", email }));
        }
      });
      await prove(id, email);
      expect(await service.holdersOf(noteId)).toEqual([]);
      await prove(id, email);
      expect(await service.holdersOf(noteId)).toEqual([id]);
    });

    it.each(["the owner of the note", "the holder"])(
      "requirement 35: a waiting invitation gives no share while %s is disabled",
      async (who) => {
        const [host, id, email] = [await signUp(newEmail()), uuidv7(), newEmail()];
        const noteId = (await host.send("POST /notes", { json: { title: "Plan" } })).body.id;
        await host.send(`PUT /notes/${noteId}/shares`, { json: { emails: [email] } });
        const disabled = who === "the holder" ? id : host.id;
        await service.useCases.disableUser(disabled);
        await prove(id, email);
        expect(await service.holdersOf(noteId)).toEqual([]);
        await service.useCases.enableUser(disabled);
        await service.useCases.rememberPerson({ id, email, name: id });
        expect(await service.holdersOf(noteId)).toEqual([id]);
      },
    );

    it("a waiting invitation reaches nobody after 30 days", async () => {
      const { noteId, email } = await invite();
      await service.database.db.kysely
        .updateTable("invitations")
        .set({ link_expires_at: Date.now() })
        .where("note_id", "=", noteId)
        .execute();
      await prove(uuidv7(), email);
      expect(await service.holdersOf(noteId)).toEqual([]);
    });
  });

  describe("invitations in simultaneous calls on two replicas", () => {
    const both = <T>(call: (use: typeof service) => Promise<T>) => Promise.allSettled([call(service), call(replica)]);

    it("only one of two people who accept an invitation at the same time gets access", async () => {
      for (let round = 0; round < 5; round += 1) {
        const { noteId, token } = await invite();
        const ids = [uuidv7(), uuidv7()];
        const outcomes = await both((use) =>
          use.useCases.acceptInvitation({ userId: ids[use === service ? 0 : 1] as string }, token),
        );
        expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
        expect(await service.holdersOf(noteId)).toHaveLength(1);
      }
    });

    it("an invitation that is accepted and revoked at the same time gives no access to the note", async () => {
      for (let round = 0; round < 5; round += 1) {
        const { noteId, token, invitation } = await invite();
        await both<unknown>((use) =>
          use === service
            ? use.useCases.acceptInvitation({ userId: uuidv7() }, token)
            : use.useCases.revokeInvitation({ userId: "owner" }, invitation.id),
        );
        expect(await service.holdersOf(noteId)).toEqual([]);
        expect(await sharesOf(noteId)).toEqual({ shares: [], invitations: [] });
      }
    });

    it("an invitation reaches a person who proves the email address at the same time", async () => {
      for (let round = 0; round < 5; round += 1) {
        const [id, email, noteIds] = [uuidv7(), newEmail(), [await createNote(), await createNote()]];
        const input = { userIds: [], emails: [email], role: "viewer", expiresAt: undefined } as const;
        const proven = { id, email, emailProvenBy: "operator", name: "P" } as const;
        const outcomes = await Promise.allSettled([
          ...noteIds.map((noteId) =>
            service.useCases.putShares({ userId: "owner" }, { subject: { noteId }, ...input }),
          ),
          replica.useCases.rememberPerson(proven),
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
        await service.useCases.rememberPerson({ ...proven, emailProvenBy: undefined });
        for (const noteId of noteIds) expect(await service.holdersOf(noteId)).toEqual([id]);
      }
    });
  });
});
