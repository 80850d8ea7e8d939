import { mailTopics } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { accessQueries } from "../access/queries.ts";
import { linkQueries } from "../links/queries/links.ts";
import { makeLinkCode } from "../links/visitor/email-codes.ts";
import type { LeasedMail } from "../outbox/mail.ts";
import { mailPreferenceQueries } from "../outbox/mail-queries.ts";
import { notify, takeCodeLimits } from "../outbox/queue-mail.ts";
import { provenEmailOf } from "../people/index.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import {
  describeInvitation,
  type Invitation,
  invitationUrl,
  isOpen,
  linkEndsAt,
  tokenOfInvitation,
} from "../sharing/invitation.ts";
import { accountInvitationQueries } from "../sharing/queries/account-invitations.ts";
import { invitationQueries } from "../sharing/queries/invitations.ts";
import {
  composeAccountChanged,
  composeAccountClosed,
  composeEmailChange,
  composeEmailChanged,
  composeNewSignIn,
  composeProof,
  composeReset,
  withWords,
} from "./compose-account.ts";
import { composeNotices, composeSentLink, sharedThing, titleOfAsked } from "./compose-notices.ts";
import { describeFacts } from "./describe-notices.ts";
import { shareChoice } from "./preferences.ts";
import {
  type Composed,
  type Content,
  compose,
  composeOptional,
  hostOf,
  inUtc,
  mailTexts,
  type Service,
} from "./template.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newId" | "newSecret" | "linkKeys" | "limits" | "mail"> & Service;

/**
 * Composes a mail immediately before the service sends it, so that its links are current. Returns undefined if the mail is no longer
 * needed. Returns "later" if its note or file is in the trash and may be restored. A mail names a person by a proven email address, and
 * never by the name of the account, because a stranger could sign up with any text as the name.
 */
export async function composeMail(deps: PartDeps, mail: LeasedMail): Promise<Composed | "later" | undefined> {
  switch (mail.kind) {
    case "password-reset":
      return composeReset(deps, mail);
    case "email-proof":
      return composeProof(deps, mail);
    case "email-change":
      return composeEmailChange(deps, mail);
    case "email-changed":
      return composeEmailChanged(deps, mail);
    case "new-sign-in":
      return composeNewSignIn(deps, mail);
    case "account-changed":
      return composeAccountChanged(deps, mail);
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
    case "sent-link":
      return composeSentLink(deps, mail);
    default: {
      // The notices belong to the user. The email address of the user may have changed since the first notice.
      const to = await provenEmailOf(deps.db, mail.userId);
      if (to === undefined) return undefined;
      const sender = await withWords(deps, [mail.userId]);
      const text = await composeNotices(sender, mail);
      const topic = mailTopics.find((one) => one === mail.kind) ?? "digest";
      return text && { ...composeOptional(sender, { text, topic, holder: { userId: mail.userId } }), to };
    }
  }
}

/**
 * Composes the mail about an invitation to a note or file. The mail contains the title or filename only if the owner has proven an email
 * address. If the language of the reader is unknown, the mail is in the language of the inviter.
 */
async function composeInvitation(
  deps: PartDeps,
  { invitationId }: { invitationId: string },
): Promise<Composed | "later" | undefined> {
  const { db, clock, publicUrl } = deps;
  const invitation = (await invitationQueries(db).find(invitationId, { inTrash: true }))?.invitation;
  if (invitation === undefined || !isOpen(invitation, clock())) return undefined;
  const { ownerId, noteId, attachmentId, expiresAt } = invitation;
  // The invitation of a disabled owner does not work, so the service sends no mail.
  if (await lookupQueries(db).isDisabled(ownerId)) return undefined;
  const shared = await sharedThing(db, { userId: ownerId, noteId, attachmentId });
  if (shared === undefined) return "later";
  if (!(await isWanted(deps, invitation))) return undefined;
  const sender = await withWords(deps, [invitation.userId, invitation.invitedBy]);
  const { words } = sender;
  const { invitation: texts, notices, reasons } = words;
  const { token } = describeInvitation(deps, invitation);
  const endsAt = linkEndsAt(invitation);
  const { subject, lines } = describeFacts([{ about: "shared", ...shared, count: 1 }], { words, subject: "" });
  const text: Content = {
    subject,
    intro: lines,
    button: {
      label: attachmentId === undefined ? notices.openNote : notices.openFile,
      url: invitationUrl(publicUrl, { token }),
    },
    outro: [
      endsAt === expiresAt ? texts.life : `${texts.life} ${texts.openBy(inUtc(endsAt, words))}`,
      ...(expiresAt === undefined ? [] : [texts.access(inUtc(expiresAt, words))]),
      texts.ignore,
    ],
    reason: reasons.invited(shared.by, hostOf(publicUrl)),
  };
  const holder = { email: invitation.email };
  return composeOptional(sender, { text, secrets: [token], topic: "shares", holder });
}

/** Composes the mail about an administrator's invitation. The reader has no account, and so no mail settings. */
async function composeAccountInvitation(
  deps: PartDeps,
  { invitationId }: { invitationId: string },
): Promise<Composed | undefined> {
  const { db, clock, publicUrl } = deps;
  const invitation = await accountInvitationQueries(db).find(invitationId);
  if (invitation === undefined || !isOpen(invitation, clock())) return undefined;
  const token = tokenOfInvitation(deps, invitation);
  const sender = await withWords(deps, [invitation.invitedBy]);
  const { words } = sender;
  const by = invitation.invitedBy && (await provenEmailOf(db, invitation.invitedBy));
  const host = hostOf(publicUrl);
  const { accountInvitation: texts } = words;
  return compose(sender, {
    secrets: [token],
    subject: texts.subject(host),
    intro: [texts.intro(by, host)],
    reason: words.reasons.invited(by, host),
    button: { label: texts.button, url: invitationUrl(publicUrl, { token }) },
    outro: [texts.life(inUtc(linkEndsAt(invitation), words)), words.invitation.ignore],
  });
}

/**
 * Returns whether the service sends the mail about an invitation now. This depends on the mail settings of the email address, and of the
 * user who has proven it. If this user has chosen the daily digest, only the digest mentions the share. The digest needs no link of the
 * invitation, because the user already has the share.
 */
async function isWanted(deps: PartDeps, { email, userId, noteId, attachmentId }: Invitation): Promise<boolean> {
  const { db } = deps;
  const choice = await shareChoice(db, { email, userId });
  if (choice === "daily" && userId !== undefined) {
    const notice = { about: "share", noteId, attachmentId } as const;
    await db.transaction((tx) => notify(deps, tx, { userId, notice }));
  }
  return choice === "at_once";
}

async function composeAccessRequest(
  deps: PartDeps,
  { noteId, userId }: { noteId: string; userId: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const ownerId = (await accessQueries(db).note(userId, noteId))?.note.ownerId;
  if (ownerId === undefined || (await lookupQueries(db).isDisabled(ownerId))) return undefined;
  const to = (await lookupQueries(db).person(ownerId))?.email;
  const title = await titleOfAsked(db, { ownerId, noteId, userId });
  if (to === undefined || title === undefined) return undefined;
  if ((await mailPreferenceQueries(db).find({ userId: ownerId })).requests === "never") return undefined;
  const sender = await withWords(deps, [ownerId]);
  const { words } = sender;
  const by = await provenEmailOf(db, userId);
  const asked = { about: "asked", by, name: title || undefined } as const;
  const { subject, lines } = describeFacts([asked], { words, subject: "" });
  const text: Content = {
    subject,
    intro: lines,
    button: { label: words.notices.openNote, url: `${publicUrl}/n/${noteId}` },
    outro: [words.accessRequest.outro],
    reason: words.reasons.topic(hostOf(publicUrl)),
  };
  return { ...composeOptional(sender, { text, topic: "requests", holder: { userId: ownerId } }), to };
}

/**
 * Composes the mail with a code for a link. Visitors can enter any email address, so the function returns undefined if the link does not
 * work or does not list the email address. It also returns undefined over a limit of codes. Only the first try to send a mail counts in
 * these limits.
 */
async function composeLinkCode(
  deps: PartDeps,
  { email, linkId, language, attempts }: Extract<LeasedMail, { kind: "link-code" }>,
): Promise<Composed | undefined> {
  const { db, clock, publicUrl } = deps;
  const link = (await linkQueries(db).find(linkId))?.link;
  const isOver = link?.revokedAt !== undefined || (link?.expiresAt ?? Number.POSITIVE_INFINITY) <= clock();
  if (link === undefined || isOver || !link.recipients.includes(email)) return undefined;
  if (attempts === 1 && !(await takeCodeLimits(deps, db, email))) return undefined;
  const code = await makeLinkCode(deps, { linkId, email });
  const shown = `${code.slice(0, 4)} ${code.slice(4)}`;
  const words = mailTexts(language);
  const text = {
    subject: words.code.subject,
    intro: [words.code.intro(await provenEmailOf(db, link.createdBy))],
    reason: words.reasons.entered(hostOf(publicUrl)),
    code: shown,
    outro: [words.code.life, words.ignore],
  };
  return compose({ ...deps, words }, { ...text, secrets: [code, shown] });
}
