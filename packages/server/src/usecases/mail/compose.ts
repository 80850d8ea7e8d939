import { isOpen, linkEndsAt } from "../../domain/invitation.ts";
import type { Mail } from "../../domain/mail.ts";
import { accountLinkUrl, addAccountLink } from "../accounts/account-links.ts";
import { isProven } from "../accounts/reset-password.ts";
import { describeInvitation, invitationUrl } from "../invitations/describe.ts";
import type { Deps } from "../ports/index.ts";
import { type MailText, renderMail } from "./template.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newSecret" | "linkKeys"> & { publicUrl: string };
/** `secret`: the token in the link, which no log may contain. Undefined: the link has none. */
type Composed = ReturnType<typeof renderMail> & { secret: string | undefined };

const RESET_TTL_MS = 3_600_000;
const PROOF_TTL_MS = 3 * 86_400_000;

/**
 * Writes a mail at the moment of its sending, with a new link. Undefined: there is nothing to send any more.
 * A mail has no name of an account. A stranger could sign up with the email address of another person, and send texts to it.
 */
export async function composeMail(deps: PartDeps, mail: Mail): Promise<Composed | undefined> {
  switch (mail.kind) {
    case "password-reset":
      return composeReset(deps, mail);
    case "email-proof":
      return composeProof(deps, mail);
    case "invitation":
      return composeInvitation(deps, mail);
    case "access-request":
      return composeAccessRequest(deps, mail);
  }
}

async function composeReset(deps: PartDeps, { email }: { email: string }): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const account = await db.accounts.findByEmail(email);
  const passwordHash = account?.passwordHash;
  if (account === undefined || passwordHash === undefined || (await db.disabledUsers.has(account.userId)))
    return undefined;
  const link = { kind: "password-reset", userId: account.userId, sentTo: email, passwordHash } as const;
  const token = await addAccountLink(deps, db, { ...link, ttlMs: RESET_TTL_MS });
  return compose(token, {
    subject: "Choose a new password",
    intro: [`Somebody asked for a new password for your account at ${hostOf(publicUrl)}.`],
    button: { label: "Choose a new password", url: accountLinkUrl(publicUrl, { kind: "password-reset", token }) },
    outro: [
      "The link works for an hour, and once.",
      "If you did not ask for it, ignore this mail. Your password stays as it is.",
    ],
  });
}

async function composeProof(
  deps: PartDeps,
  { email, userId }: { email: string; userId: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const account = await db.accounts.find(userId);
  if (account === undefined || account.email !== email) return undefined;
  if ((await isProven(db, account)) || (await db.disabledUsers.has(userId))) return undefined;
  const token = await addAccountLink(deps, db, { kind: "email-proof", userId, sentTo: email, ttlMs: PROOF_TTL_MS });
  return compose(token, {
    subject: "Confirm your email address",
    intro: [
      `Confirm that ${email} is your email address at ${hostOf(publicUrl)}. People can then share files with you by it.`,
    ],
    button: { label: "Confirm email address", url: accountLinkUrl(publicUrl, { kind: "email-proof", token }) },
    outro: [
      "The link works for three days, in a browser where you are signed in.",
      "If you did not create this account, ignore this mail.",
    ],
  });
}

/** The mail has no title and no filename. Strangers choose them too, and the mail may reach a wrong email address. */
async function composeInvitation(
  deps: PartDeps,
  { invitationId }: { invitationId: string },
): Promise<Composed | undefined> {
  const { db, clock, publicUrl } = deps;
  const invitation = (await db.invitations.find(invitationId))?.invitation;
  if (invitation === undefined || !isOpen(invitation, clock())) return undefined;
  const { ownerId, noteId, attachmentId, expiresAt } = invitation;
  // A disabled owner has no role, and then the link does not work.
  if ((await db.access.note(ownerId, noteId))?.role !== "owner") return undefined;
  const thing = attachmentId === undefined ? "note" : "file";
  const { token } = describeInvitation(deps, invitation);
  return compose(token, {
    subject: `A ${thing} is shared with you`,
    intro: [`Somebody shared a ${thing} with you at ${hostOf(publicUrl)}.`],
    button: { label: `Open the ${thing}`, url: invitationUrl(publicUrl, { token }) },
    outro: [
      `The link is for one person. It works once, until ${inUtc(linkEndsAt(invitation))}.`,
      ...(expiresAt === undefined ? [] : [`The share expires on ${inUtc(expiresAt)}.`]),
      "If you did not expect it, ignore this mail.",
    ],
  });
}

async function composeAccessRequest(
  { db, publicUrl }: PartDeps,
  { email, noteId, userId }: { email: string; noteId: string; userId: string },
): Promise<Composed | undefined> {
  const asked = await db.access.note(userId, noteId);
  if (asked === undefined || !(await db.accessRequests.listOpen(noteId)).some((one) => one.userId === userId))
    return undefined;
  const { ownerId } = asked.note;
  if ((await db.people.find(ownerId))?.email !== email || (await db.disabledUsers.has(ownerId))) return undefined;
  if (await db.disabledUsers.has(userId)) return undefined;
  return compose(undefined, {
    subject: "Somebody asks for access to one of your notes",
    intro: [`Somebody asks for access to one of your notes at ${hostOf(publicUrl)}.`],
    button: { label: "Open the note", url: `${publicUrl}/n/${noteId}` },
    outro: ["The note shows the person. You can allow the person to view or edit it, or dismiss the request."],
  });
}

function inUtc(instant: number): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(instant)} UTC`;
}

function compose(secret: string | undefined, text: MailText): Composed {
  return { ...renderMail(text), secret };
}

function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}
