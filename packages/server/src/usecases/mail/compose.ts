import { type Invitation, isOpen, linkEndsAt } from "../../domain/invitation.ts";
import { mailTopics } from "../../domain/mail.ts";
import { accountLinkUrl, addAccountLink, passwordMarkOf } from "../accounts/account-links.ts";
import { isProven } from "../accounts/reset-password.ts";
import { describeInvitation, invitationUrl, tokenOfInvitation } from "../invitations/describe.ts";
import { makeLinkCode } from "../links/recipients.ts";
import type { ClaimedMail, Deps } from "../ports/index.ts";
import { composeNotices } from "./compose-notices.ts";
import { type Composed, compose, composeOptional } from "./composed.ts";
import { notify } from "./notify.ts";
import { hostOf, inUtc } from "./phrases.ts";
import { takeCodeLimits } from "./queue-mail.ts";
import type { MailText } from "./template.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newId" | "newSecret" | "linkKeys" | "mail"> & { publicUrl: string };

const RESET_TTL_MS = 3_600_000;
const PROOF_TTL_MS = 3 * 86_400_000;
const CHANGE_TTL_MS = 86_400_000;

/**
 * Writes a mail at the moment of its sending, with a new link. Undefined: there is nothing to send any more.
 * A mail has no name of an account. A stranger could sign up with the email address of another person, and send texts to it.
 */
export async function composeMail(deps: PartDeps, mail: ClaimedMail): Promise<Composed | undefined> {
  switch (mail.kind) {
    case "password-reset":
      return composeReset(deps, mail);
    case "email-proof":
      return composeProof(deps, mail);
    case "email-change":
      return composeEmailChange(deps, mail);
    case "email-changed":
      return composeEmailChanged(deps);
    case "account-closed":
      return composeAccountClosed(deps, mail);
    case "invitation":
      return composeInvitation(deps, mail);
    case "account-invitation":
      return composeAccountInvitation(deps, mail);
    case "access-request":
      return composeAccessRequest(deps, mail);
    case "link-code":
      return composeLinkCode(deps, mail);
    default: {
      const text = await composeNotices(deps, mail);
      const topic = mailTopics.find((one) => one === mail.kind) ?? "digest";
      return text && composeOptional(deps, { text, topic, holder: { userId: mail.userId } });
    }
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
  return compose([token], {
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
  return compose([token], {
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

async function composeEmailChange(
  deps: PartDeps,
  { email, userId, passwordMark }: { email: string; userId: string; passwordMark: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const passwordHash = (await db.accounts.find(userId))?.passwordHash;
  if (passwordHash === undefined || passwordMarkOf(passwordHash) !== passwordMark) return undefined;
  if (await db.disabledUsers.has(userId)) return undefined;
  // The person who asked must not learn that another account has this email address.
  if ((await db.accounts.findByEmail(email)) !== undefined) return undefined;
  const link = { kind: "email-change", userId, sentTo: email, passwordMark } as const;
  const token = await addAccountLink(deps, db, { ...link, ttlMs: CHANGE_TTL_MS });
  return compose([token], {
    subject: "Confirm your new email address",
    intro: [`Somebody chose ${email} as the new email address of an account at ${hostOf(publicUrl)}.`],
    button: { label: "Confirm new email address", url: accountLinkUrl(publicUrl, { kind: "email-change", token }) },
    outro: [
      "The link works for a day, in a browser where you are signed in.",
      "If you did not ask for it, ignore this mail. Nothing changes.",
    ],
  });
}

function composeEmailChanged({ publicUrl }: PartDeps): Composed {
  return compose([], {
    subject: "Your email address was changed",
    intro: [`Your account at ${hostOf(publicUrl)} now has another email address. This one no longer belongs to it.`],
    button: { label: "Open the service", url: `${new URL(publicUrl).origin}/` },
    outro: ["If you did not change it, tell the person who runs the service at once."],
  });
}

/** Nothing, if the owner keeps the account meanwhile. */
async function composeAccountClosed(
  { db, publicUrl }: PartDeps,
  { userId }: { userId: string },
): Promise<Composed | undefined> {
  const deletion = await db.accountDeletions.find(userId);
  if (deletion?.isByOwner !== true) return undefined;
  return compose([], {
    subject: "Your account was deleted",
    intro: [
      `Your account at ${hostOf(publicUrl)} is closed. It is deleted for good on ${inUtc(deletion.deleteAt)}.`,
      "To keep the account, sign in before then.",
    ],
    button: { label: "Sign in", url: `${new URL(publicUrl).origin}/` },
    outro: ["If you did not delete it, keep the account, and choose a new password at once."],
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
  if (!(await isWanted(deps, invitation))) return undefined;
  const thing = attachmentId === undefined ? "note" : "file";
  const { token } = describeInvitation(deps, invitation);
  const text: MailText = {
    subject: `A ${thing} is shared with you`,
    intro: [`Somebody shared a ${thing} with you at ${hostOf(publicUrl)}.`],
    button: { label: `Open the ${thing}`, url: invitationUrl(publicUrl, { token }) },
    outro: [
      `The link is for one person. It works once, until ${inUtc(linkEndsAt(invitation))}.`,
      ...(expiresAt === undefined ? [] : [`The share expires on ${inUtc(expiresAt)}.`]),
      "If you did not expect it, ignore this mail.",
    ],
  };
  const holder = { email: invitation.email };
  return composeOptional(deps, { text, secret: token, topic: "shares", holder });
}

/** Only administrators cause this mail. Its reader has no account yet, and so no choices of mails. */
async function composeAccountInvitation(
  deps: PartDeps,
  { invitationId }: { invitationId: string },
): Promise<Composed | undefined> {
  const { db, clock, publicUrl } = deps;
  const invitation = await db.accountInvitations.find(invitationId);
  if (invitation === undefined || !isOpen(invitation, clock())) return undefined;
  const token = tokenOfInvitation(deps, invitation);
  return compose([token], {
    subject: `An account at ${hostOf(publicUrl)}`,
    intro: [`An administrator of ${hostOf(publicUrl)} invites you to create an account with this email address.`],
    button: { label: "Create your account", url: invitationUrl(publicUrl, { token }) },
    outro: [
      `The link is for you alone. It works once, until ${inUtc(linkEndsAt(invitation))}.`,
      "If you did not expect it, ignore this mail.",
    ],
  });
}

/**
 * Whether the reader wants an invitation at once. Only the reader of its mails, or the user who has proven the email address, may
 * decide. A summary of the day has it otherwise, without its link, because that user has the share already.
 */
async function isWanted(deps: PartDeps, { email, userId, noteId, attachmentId }: Invitation): Promise<boolean> {
  const { db } = deps;
  if ((await db.mailPreferences.find({ email })).shares === "never") return false;
  if (userId === undefined || !(await isProven(db, { userId, email }))) return true;
  const { shares: choice } = await db.mailPreferences.find({ userId });
  if (choice === "daily") {
    const notice = { about: "share", noteId, attachmentId } as const;
    await db.transaction((tx) => notify(deps, tx, { userId, notice }));
  }
  return choice === "at_once";
}

async function composeAccessRequest(
  deps: PartDeps,
  { email, noteId, userId }: { email: string; noteId: string; userId: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const asked = await db.access.note(userId, noteId);
  if (asked === undefined || !(await db.accessRequests.listOpen(noteId)).some((one) => one.userId === userId))
    return undefined;
  const { ownerId } = asked.note;
  if ((await db.people.find(ownerId))?.email !== email || (await db.disabledUsers.has(ownerId))) return undefined;
  if (await db.disabledUsers.has(userId)) return undefined;
  if ((await db.mailPreferences.find({ userId: ownerId })).requests === "never") return undefined;
  const text: MailText = {
    subject: "Somebody asks for access to one of your notes",
    intro: [`Somebody asks for access to one of your notes at ${hostOf(publicUrl)}.`],
    button: { label: "Open the note", url: `${publicUrl}/n/${noteId}` },
    outro: ["The note shows the person. You can allow the person to view or edit it, or dismiss the request."],
  };
  return composeOptional(deps, { text, topic: "requests", holder: { userId: ownerId } });
}

/**
 * Sends nothing to an email address that the link does not list, because visitors enter any email address. Sends nothing over the limits
 * of codes, which count a mail at its first try.
 */
async function composeLinkCode(
  deps: PartDeps,
  { email, linkId, attempts }: { email: string; linkId: string; attempts: number },
): Promise<Composed | undefined> {
  const { db, clock, publicUrl } = deps;
  const link = (await db.links.find(linkId))?.link;
  const isOver = link?.revokedAt !== undefined || (link?.expiresAt ?? Number.POSITIVE_INFINITY) <= clock();
  if (link === undefined || isOver || !link.recipients.includes(email)) return undefined;
  if (attempts === 1 && !(await takeCodeLimits(deps, db, email))) return undefined;
  const code = await makeLinkCode(deps, { linkId, email });
  const shown = `${code.slice(0, 4)} ${code.slice(4)}`;
  return compose([code, shown], {
    subject: "Your code for a link",
    intro: [`Somebody shares files with you at ${hostOf(publicUrl)}. Enter this code on the page of the link:`, shown],
    outro: ["The code works for 15 minutes, and once.", "If you did not ask for it, ignore this mail."],
  });
}
