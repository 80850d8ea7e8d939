import { createHash } from "node:crypto";
import type { Tx } from "../../../platform/database/queries.ts";
import type { AccountLinkKind } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { type AccountLink, accountQueries } from "../queries/accounts.ts";

const SHAPE = /^[A-Za-z0-9_-]{43}$/;
export type PageKind = Exclude<AccountLinkKind, "passkey-challenge">;
const PAGES: Record<PageKind, string> = {
  "password-reset": "/new-password",
  "email-proof": "/confirm-email",
  "email-change": "/new-email",
};

export type NewAccountLink = Pick<AccountLink, "kind" | "userId" | "sentTo"> & { passwordMark?: string; ttlMs: number };

/** Stores a new link for the account of a user, and returns the token of the link. The database has only the hash of the token. */
export async function addAccountLink(
  { clock, newSecret }: Pick<Deps, "clock" | "newSecret">,
  db: Tx,
  { ttlMs, passwordMark, ...link }: NewAccountLink,
): Promise<string> {
  const token = newSecret();
  await accountQueries(db).addLink({ ...link, passwordMark, tokenHash: digest(token), expiresAt: clock() + ttlMs });
  return token;
}

/** Returns the URL of the page for the link. The token is in the fragment of the URL, which browsers never send to a server. */
export function accountLinkUrl(publicUrl: string, { kind, token }: { kind: PageKind; token: string }): string {
  return `${new URL(publicUrl).origin}${PAGES[kind]}#${token}`;
}

/** Finds the link with this token. Throws `account_link_invalid` if the link does not exist or has expired. */
export async function findAccountLink(
  { db, clock }: Pick<Deps, "clock"> & { db: Tx },
  { kind, token }: { kind: AccountLinkKind; token: string },
): Promise<AccountLink> {
  const link = SHAPE.test(token)
    ? await accountQueries(db).findLink({ kind, tokenHash: digest(token), now: clock() })
    : undefined;
  if (link === undefined) throw linkInvalid();
  return link;
}

/** Returns whether the account still has the password that it had when the link was made. */
export function isOfPassword({ passwordMark }: AccountLink, passwordHash: string): boolean {
  return passwordMark === passwordMarkOf(passwordHash);
}

/** Returns a text that identifies a password hash and does not reveal the hash. */
export function passwordMarkOf(passwordHash: string): string {
  return digest(passwordHash);
}

/** Creates the error for a link that does not work. Expired, used, outdated and unknown links have the same error. */
export function linkInvalid(): DomainError {
  return new DomainError("account_link_invalid", "This link has expired or was used. Ask for a new one.");
}

export function deleteExpiredAccountLinks({ db, clock }: Deps) {
  return (): Promise<void> => accountQueries(db).deleteExpiredLinks(clock());
}

// A fast hash without a salt is enough, because the token has 256 random bits, and a password hash contains a random salt.
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
