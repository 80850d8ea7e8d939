import type { Deps } from "../../platform/deps.ts";
import { permits } from "../access/authorise.ts";
import { accessQueries } from "../access/queries.ts";
import { effectiveExpiry, type Link, mayEditLink } from "../links/link.ts";
import { stateOf, tokenOf } from "../links/owner/read.ts";
import { linkQueries } from "../links/queries/links.ts";
import { codesOf } from "../links/receiver.ts";
import type { LeasedMail } from "../outbox/mail.ts";
import { findHolders } from "../people/find-users.ts";
import { provenEmailOf } from "../people/index.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { withWords } from "./compose-account.ts";
import { shareChoice } from "./preferences.ts";
import { type Composed, composeOptional, hostOf, inUtc, quotable, type Service } from "./template.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "linkKeys" | "limits"> & Service;
type SentLinkMail = Extract<LeasedMail, { kind: "sent-link" }>;

/**
 * Makes the mail with which a person sends a link. Returns undefined if the link does not work any more. Also returns undefined if the sender may not send the
 * link any more, or if the reader has turned off mails about shares.
 * The name of the sender and the label of the link can be any text. So the subject has only the proven email address of the sender. The
 * body has the name, the label and the message, without clickable URLs.
 */
export async function composeSentLink(deps: PartDeps, { email, sent }: SentLinkMail): Promise<Composed | undefined> {
  const { db, linkKeys, limits, publicUrl } = deps;
  const { linkId, generation, sentBy, message } = sent;
  const details = await linkQueries(db).findDetails(linkId);
  if (details === undefined || details.link.generation !== generation || stateOf(deps, details) !== "live") {
    return undefined;
  }
  const { link } = details;
  const from = await senderOf(deps, { link, sentBy });
  const reader = (await findHolders(db, [email], { needsProof: true })).get(email);
  // A link can't wait for a digest.
  if (from === undefined || (await shareChoice(db, { email, userId: reader })) === "never") return undefined;
  const sender = await withWords(deps, [reader, sentBy]);
  const { words } = sender;
  const { sentLink: texts } = words;
  const token = tokenOf(linkKeys, link);
  const [code = ""] = codesOf(linkKeys, { linkId, generation, email });
  const label = link.label === "" ? undefined : quotable(link.label);
  const expiresAt = effectiveExpiry(link, limits.links);
  const composed = composeOptional(sender, {
    text: {
      subject: texts.subject[link.kind](from.email),
      intro: [texts.intro[link.kind]({ sender: from.shown, label })],
      ...(message !== "" && { message }),
      button: { label: texts.button[link.kind], url: `${publicUrl}/s/${token}#to=${code}` },
      outro: [
        ...(expiresAt === undefined ? [] : [texts.life(inUtc(expiresAt, words))]),
        ...(link.passwordHash === undefined ? [] : [texts.password(from.email)]),
        ...(link.recipients.length === 0 ? [texts.everybody] : [texts.code]),
        texts.answer(from.email),
        texts.seen,
      ],
      reason: words.reasons.invited(from.email, hostOf(publicUrl)),
    },
    secrets: [token],
    topic: "shares",
    holder: { email },
  });
  return { ...composed, replyTo: from.email };
}

/** Returns the sender if the sender may still send the link and has a proven email address. */
async function senderOf(
  { db }: PartDeps,
  { link, sentBy }: { link: Link; sentBy: string },
): Promise<{ email: string; shown: string } | undefined> {
  const role = (await accessQueries(db).note(sentBy, link.noteId))?.role;
  if (!permits(role, "note.link") || !mayEditLink(link, sentBy)) return undefined;
  if (await lookupQueries(db).isDisabled(sentBy)) return undefined;
  const email = await provenEmailOf(db, sentBy);
  if (email === undefined) return undefined;
  const name = (await lookupQueries(db).person(sentBy))?.name ?? "";
  return { email, shown: name === "" || name === email ? email : `${quotable(name)} (${email})` };
}
