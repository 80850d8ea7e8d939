import { createHmac } from "node:crypto";
import { isSameText } from "../../../platform/crypto/secrets.ts";
import type { Language } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { WindowLimit } from "../../../platform/limits/in-database.ts";
import { orOverLimit, queueMail } from "../../outbox/queue-mail.ts";
import { normaliseEmail } from "../../people/person.ts";
import { linkRecipientQueries } from "../queries/visits.ts";
import type { Admit, Admitted } from "./admit.ts";
import type { Visitor } from "./claim.ts";
import { countLook, takeBoth } from "./look-at-link.ts";
import { newPass, type Pass } from "./pass.ts";

const WINDOW_MS = 15 * 60_000;
const CODES_OF_CLIENT: WindowLimit = { name: "link codes of client", max: 10, windowMs: WINDOW_MS };
const CODES_OF_LINK: WindowLimit = { name: "link codes", max: 100, windowMs: WINDOW_MS };
const TRIES_OF_CLIENT: WindowLimit = { name: "link code tries of client", max: 10, windowMs: WINDOW_MS };
const TRIES_OF_LINK: WindowLimit = { name: "link code tries", max: 100, windowMs: WINDOW_MS };
const TOO_MANY_CODES =
  "Too many codes were requested for this link. Wait until Retry-After has passed, then try again.";
const TOO_MANY_TRIES = "Too many wrong codes for this link. Wait until Retry-After has passed, then try again.";

const CODE_MS = WINDOW_MS;
/** How long a browser can open the link after a recipient has proven the email address in this browser. Milliseconds. */
const PROVEN_MS = 86_400_000;

type Parts = { admit: Admit };
type WithEmail = Visitor & { email: string };
type Asked = WithEmail & { language: Language | undefined };

/**
 * Sends a code to an email address in the `language` of the visitor, if the link lists the email address. The response, the queries and the
 * limits are the same for all email addresses, so that visitors can't find out which email addresses the link lists.
 * Throws `link_not_found`, `wrong_password` if the visitor has not entered the password yet, `mail_disabled` and `rate_limited`.
 */
export function requestLinkCode(deps: Deps, { admit }: Parts) {
  return async (token: string, { network, email, language, ...visitor }: Asked): Promise<void> => {
    const admitted = await admit(token, { ...visitor, wish: { kind: "look" } });
    const { mail } = deps;
    if (!needsEmail(admitted)) return;
    if (mail === undefined)
      throw new DomainError("mail_disabled", "This service sends no mails, so it sends no codes.");
    const { id: linkId } = admitted.link;
    await takeBoth(deps, {
      ofClient: { limit: CODES_OF_CLIENT, holder: `${linkId} ${network}` },
      ofLink: { limit: CODES_OF_LINK, holder: linkId },
      problem: TOO_MANY_CODES,
    });
    const queued = { kind: "link-code", linkId, language, email: normaliseEmail(email) } as const;
    await deps.db.transaction((tx) => queueMail(deps, tx, queued).catch(orOverLimit));
    mail.onQueued();
  };
}

/**
 * Checks the code from a mail, and returns a pass (the signed content of the visitor's cookie). A code works once. Before the check, each
 * try counts in the limit of the client and in the limit of the link. A code has no limit of tries, because strangers could then use up the
 * tries of a recipient.
 * Throws `link_not_found`, `wrong_password` if the visitor has not entered the password yet, `wrong_code` and `rate_limited`.
 */
export function proveLinkEmail(deps: Deps, { admit }: Parts) {
  const { db, clock } = deps;
  return async (token: string, { email: given, code, ...visitor }: WithEmail & { code: string }): Promise<Pass> => {
    const { network } = visitor;
    const admitted = await admit(token, { ...visitor, wish: { kind: "look" } });
    const { link } = admitted;
    const linkId = link.id;
    const pass = newPass(deps, admitted);
    if (!needsEmail(admitted)) return pass;
    const email = normaliseEmail(given);
    const giveBack = await takeBoth(deps, {
      ofClient: { limit: TRIES_OF_CLIENT, holder: `${linkId} ${network}` },
      ofLink: { limit: TRIES_OF_LINK, holder: linkId },
      problem: TOO_MANY_TRIES,
    });
    const now = clock();
    // Only reads the code. A write for listed email addresses would change the duration, and would reveal which addresses the link lists.
    const codeHash = await linkRecipientQueries(db).findCode({ linkId, email, now });
    if (!isCode(deps, { linkId, email, code, codeHash })) throw wrongCode();
    const { visitorId } = pass;
    const isProven = await db.transaction(async (tx) => {
      if (!(await linkRecipientQueries(tx).removeCode({ linkId, email, codeHash: codeHash as string }))) return false;
      await linkRecipientQueries(tx).putVisitor({ linkId, visitorId, email, expiresAt: now + PROVEN_MS });
      return true;
    });
    if (!isProven) throw wrongCode();
    await giveBack();
    await countLook(deps, { admitted, pass, network });
    return pass;
  };
}

/** Makes the code immediately before the service sends the mail, and stores only the hash of the code. An earlier code stops working. */
export async function makeLinkCode(
  deps: Pick<Deps, "db" | "clock" | "newSecret" | "linkKeys">,
  { linkId, email }: { linkId: string; email: string },
): Promise<string> {
  const { db, clock, newSecret, linkKeys } = deps;
  const [key] = linkKeys.codes;
  if (key === undefined) throw new Error("a code needs a key");
  const random = Buffer.from(newSecret(), "base64url").readUIntBE(0, 6);
  const code = String(random % 1e8).padStart(8, "0");
  const codeHash = hashOf(key, { linkId, email, code });
  await linkRecipientQueries(db).putCode({ linkId, email, codeHash, expiresAt: clock() + CODE_MS });
  return code;
}

/** Returns whether the visitor must prove an email address next. Throws `wrong_password` if the visitor must enter the password first. */
function needsEmail(admitted: Admitted): boolean {
  if (admitted.state === "open") return false;
  if (admitted.by === "email") return true;
  throw new DomainError("wrong_password", "This link has a password. Send it to /unlock first.");
}

type Code = { linkId: string; email: string; code: string };

function isCode({ linkKeys }: Deps, { codeHash, ...code }: Code & { codeHash: string | undefined }): boolean {
  const digits = code.code.replaceAll(/\s/g, "");
  // The hashes are computed even without a stored code, so that the duration does not reveal whether a code exists.
  const found = linkKeys.codes.map((key) => hashOf(key, { ...code, code: digits }));
  return found.some((hash) => isSameText(hash, codeHash ?? ""));
}

/** Computes the hash of a code with a key. Without a key, a person with the database could find the 8 digits by trying all codes. */
function hashOf(key: Uint8Array, { linkId, email, code }: Code): string {
  return createHmac("sha256", key).update(`${linkId}\n${email}\n${code}`).digest("base64url");
}

function wrongCode(): DomainError {
  return new DomainError("wrong_code", "The code is wrong, or it no longer works. Ask for another one.");
}

export function deleteExpiredCodes({ db, clock }: Deps) {
  return (): Promise<void> => linkRecipientQueries(db).deleteExpired(clock());
}
