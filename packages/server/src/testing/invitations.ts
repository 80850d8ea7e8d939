import { v7 as uuidv7 } from "uuid";
import { expect } from "vitest";
import type { Client } from "./service.ts";
import type { useService } from "./use-service.ts";

export type InvitedPerson = Client & { id: string };
type Wanted = { email?: string; role?: string; expiresAt?: string | null; noteId?: string };

export const tokenIn = (invitation: { url: string }): string => invitation.url.split("#")[1] as string;

/** Returns a new email address that no user has. */
export const newEmail = (): string => `${uuidv7()}@example.com`;

/** Returns the actions of the owner of a note, and of invited people. */
export function invitationActions(service: ReturnType<typeof useService>) {
  const owner = service.as("owner");

  async function createNote(): Promise<string> {
    return (await owner.send("POST /notes", { json: { title: "Plan" } })).body.id;
  }

  return {
    owner,
    createNote,
    /** Makes the service store a user with an email address that the user has not proven. */
    async signUp(email: string): Promise<InvitedPerson> {
      const id = email.split("@")[0] as string;
      const person = service.as(id);
      await person.send("GET /me");
      return { ...person, id };
    },
    async invite(json: Wanted = {}) {
      const { email = newEmail(), noteId = await createNote(), ...terms } = json;
      const { status, body } = await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [email], ...terms } });
      expect(status).toBe(200);
      const invitation = body.invitations.find((one: { email: string }) => one.email === email.toLowerCase());
      return { noteId, email, invitation, token: tokenIn(invitation), body };
    },
    look: (token: string, account: Client = service.anonymous) =>
      account.send("POST /invitations/look", { json: { token } }),
    redeem: (account: Client, token: string) => account.send("POST /invitations/redeem", { json: { token } }),
    readNote: async (account: Client, noteId: string) => (await account.send(`GET /notes/${noteId}`)).status,
    sharesOf: async (noteId: string) => (await owner.send(`GET /notes/${noteId}/shares`)).body,
  };
}
