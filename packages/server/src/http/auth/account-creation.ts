import type { AuthContext } from "better-auth";
import { DomainError } from "../../domain/errors.ts";
import { normaliseEmail } from "../../domain/person.ts";
import { MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, plainText } from "./identity.ts";

// Within what the library takes for an address when someone signs in: whoever has an account must be able to use it.
const EMAIL = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

export const MIN_PASSWORD_LENGTH = 10;
export const MAX_PASSWORD_LENGTH = 128;

export type NewAccount = { email: string; name: string; password: string };

/**
 * Makes an account with a password. Ranges: a password of 10 to 128 characters, a name of 1 to 255.
 * Throws `invalid_request` or `email_taken`.
 */
export async function createAccount(context: AuthContext, account: { [Member in keyof NewAccount]: unknown }) {
  const { email, name, password } = checkAccount(account);
  const { internalAdapter } = context;
  if ((await internalAdapter.findUserByEmail(email)) !== null) throw emailTaken();
  // Before the transaction: hashing takes a while, and SQLite lets nobody else write meanwhile.
  const passwordHash = await context.password.hash(password);
  const id = context.generateId({ model: "user" }) as string;
  // The id is chosen here because a password's account must name it.
  const user = { id, email, name, emailVerified: false };
  try {
    const created = await internalAdapter.createOAuthUser(user, {
      providerId: "credential",
      accountId: id,
      password: passwordHash,
    });
    return created.user;
  } catch (error) {
    // Someone took the address since; the database lets only one have it.
    const owner = await internalAdapter.findUserByEmail(email);
    throw owner !== null && owner.user.id !== id ? emailTaken() : error;
  }
}

/** The name as it may be kept. Throws `invalid_request`. */
export function checkName(name: unknown): string {
  const clean = plainText(typeof name === "string" ? name.trim() : name, MAX_NAME_LENGTH);
  if (clean === undefined) {
    throw invalid(`The name must have 1 to ${MAX_NAME_LENGTH} characters, and no control characters.`);
  }
  return clean;
}

/** The address as an account may have it; undefined when it can't. */
export function readEmail(email: unknown): string | undefined {
  const address = typeof email === "string" ? normaliseEmail(email) : "";
  return address.length <= MAX_EMAIL_LENGTH && EMAIL.test(address) ? address : undefined;
}

function checkAccount({ email, name, password }: { [Member in keyof NewAccount]: unknown }): NewAccount {
  const address = readEmail(email);
  if (address === undefined) throw invalid("The e-mail address is not valid.");
  if (
    typeof password !== "string" ||
    password.length < MIN_PASSWORD_LENGTH ||
    password.length > MAX_PASSWORD_LENGTH ||
    !password.isWellFormed()
  ) {
    throw invalid(`The password must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`);
  }
  return { email: address, name: checkName(name), password };
}

function invalid(message: string): DomainError {
  return new DomainError("invalid_request", message);
}

function emailTaken(): DomainError {
  return new DomainError("email_taken", "There is an account with this address already.");
}
