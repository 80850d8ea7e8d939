import { createHmac, timingSafeEqual } from "node:crypto";
import { readBase64url } from "../../../platform/crypto/ids.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { BrowserNames } from "../../outbox/mail.ts";
import { queueMailIfOn } from "../../outbox/queue-mail.ts";
import { type Account, accountQueries } from "../queries/accounts.ts";
import { passwordMarkOf } from "./account-links.ts";

/** How long the service recognises a browser after a sign-in. Milliseconds. Browsers store no cookie for a longer time. */
export const KNOWN_MS = 400 * 86_400_000;
/** The maximum number of marks in a cookie. Every request sends the cookie, and proxies refuse long headers. */
const MAX_MARKS = 8;
/** The form of a mark: the instant of the sign-in (seconds in base 36), a dash, and 128 bits of a MAC. */
const MARK = /^([0-9a-z]{1,8})-([\w-]{22})$/;
const MAC_BYTES = 16;

/** `marks`: the value of the cookie. `isExpected`: true for a new account, or if another mail already reports the sign-in. */
type SignIn = {
  userId: string;
  marks: string | undefined;
  isExpected: boolean;
  browser: BrowserNames;
  ip: string | undefined;
};

/**
 * Queues a mail about the sign-in, unless the cookie shows an earlier sign-in of this browser to this account. Returns the new value of the
 * cookie, which makes the browser known.
 * The cookie contains one entry for each account, called a mark. A mark does not name its account, and does not permit a sign-in. A new
 * password of the account makes its marks invalid, so that the service no longer recognises the browser of a thief.
 */
export function recordBrowser(deps: Deps) {
  const { db, clock, linkKeys } = deps;
  return async ({ userId, marks = "", isExpected, browser, ip }: SignIn): Promise<string> => {
    const account = await accountQueries(db).find(userId);
    if (account === undefined) return marks;
    const now = clock();
    const all = marks.split(".", MAX_MARKS).filter((mark) => MARK.test(mark));
    const others = all.filter((mark) => !isMarkOf(linkKeys.browsers, mark, { account, now }));
    if (others.length === all.length && !isExpected) {
      const mail = { kind: "new-sign-in", userId, email: account.email, signIn: { ...browser, at: now, ip } } as const;
      // If a limit prevents the mail, the cookie gets no mark. The next sign-in from this browser then queues the mail again.
      if (!(await db.transaction((tx) => queueMailIfOn(deps, tx, mail)))) return all.join(".");
    }
    return [makeMark(linkKeys.browsers, account, now), ...others].slice(0, MAX_MARKS).join(".");
  };
}

function makeMark([key]: readonly Uint8Array[], account: Account, now: number): string {
  if (key === undefined) throw new Error("a mark needs a key");
  const at = Math.floor(now / 1000).toString(36);
  return `${at}-${macOf(key, account, at).toString("base64url")}`;
}

function isMarkOf(
  keys: readonly Uint8Array[],
  mark: string,
  { account, now }: { account: Account; now: number },
): boolean {
  const [, at = "", mac = ""] = MARK.exec(mark) ?? [];
  if (Number.parseInt(at, 36) * 1000 + KNOWN_MS <= now) return false;
  const given = readBase64url(mac);
  if (given?.length !== MAC_BYTES) return false;
  return keys.some((key) => timingSafeEqual(macOf(key, account, at), given));
}

function macOf(key: Uint8Array, { userId, passwordHash }: Account, at: string): Buffer {
  const body = JSON.stringify([userId, at, passwordHash === undefined ? null : passwordMarkOf(passwordHash)]);
  return createHmac("sha256", key).update(body).digest().subarray(0, MAC_BYTES);
}
