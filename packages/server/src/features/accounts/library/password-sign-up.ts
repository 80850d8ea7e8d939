import type { AuthContext, BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { DomainError, invalidRequest } from "../../../platform/errors.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { readEmail } from "../../people/person.ts";
import { MAX_NAME_LENGTH, plainText } from "../callers/identity.ts";
import { bodyOf, type PluginDeps, POST } from "./library-request.ts";

export const MIN_PASSWORD_LENGTH = 10;
export const MAX_PASSWORD_LENGTH = 128;

export type NewAccount = { email: string; name: string; password: string };

/**
 * Creates an account with a password of 10 to 128 characters and a name of 1 to 255 characters. Throws `invalid_request` or `email_taken`.
 */
export async function createAccount(context: AuthContext, account: { [Member in keyof NewAccount]: unknown }) {
  const { email, name, password } = checkAccount(account);
  const { internalAdapter } = context;
  if ((await internalAdapter.findUserByEmail(email)) !== null) throw emailTaken();
  // The service hashes the password before the transaction, because a hash is slow and SQLite allows only one writer at a time.
  const passwordHash = await context.password.hash(password);
  const id = context.generateId({ model: "user" }) as string;
  // The row with the password needs the id of the user, so the service generates the id before it inserts the rows.
  const user = { id, email, name, emailVerified: false };
  try {
    const created = await internalAdapter.createOAuthUser(user, {
      providerId: "credential",
      accountId: id,
      password: passwordHash,
    });
    return created.user;
  } catch (error) {
    // A simultaneous sign-up may have taken the email address, which must be unique in the database.
    const owner = await internalAdapter.findUserByEmail(email);
    throw owner !== null && owner.user.id !== id ? emailTaken() : error;
  }
}

/** Trims and checks a name. Throws `invalid_request`. */
export function checkName(name: unknown): string {
  const clean = plainText(typeof name === "string" ? name.trim() : name, MAX_NAME_LENGTH);
  if (clean === undefined) {
    throw invalidRequest(`The name must have 1 to ${MAX_NAME_LENGTH} characters and no control characters.`);
  }
  return clean;
}

/** Throws `invalid_request` for any profile picture, because its host could see who views which page. */
export function refusePicture(image: unknown): void {
  if (image !== undefined && image !== null) {
    throw invalidRequest("Valet Key stores no profile pictures. Send the request without `image`.");
  }
}

/** Checks a new password. Throws `invalid_request`. */
export function checkPassword(password: unknown): string {
  if (
    typeof password !== "string" ||
    password.length < MIN_PASSWORD_LENGTH ||
    password.length > MAX_PASSWORD_LENGTH ||
    !password.isWellFormed()
  ) {
    throw invalidRequest(`The password must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`);
  }
  return password;
}

function checkAccount({ email, name, password }: { [Member in keyof NewAccount]: unknown }): NewAccount {
  const normalised = readEmail(email);
  if (normalised === undefined) throw invalidRequest("The email address is not valid.");
  return { email: normalised, password: checkPassword(password), name: checkName(name) };
}

function emailTaken(): DomainError {
  return new DomainError("email_taken", "An account with this email address exists already.");
}

/**
 * Replaces the sign-up of better-auth, which hashes the password inside a transaction and so blocks all other writers of SQLite. Throws the
 * errors of `admitSignUp` and `createAccount`.
 */
export function signUpWithPassword({ useCases }: PluginDeps): BetterAuthPlugin {
  return {
    id: "sign-up-with-password",
    endpoints: {
      signUpEmail: createAuthEndpoint("/sign-up/email", POST, async (endpoint) => {
        const { email, name, password, rememberMe, invitation } = bodyOf(endpoint);
        if (invitation !== undefined && typeof invitation !== "string") {
          throw new HttpProblem("invalid_request", "invitation must be the token of an invitation.");
        }
        const accept = await useCases.admitSignUp({ email: readEmail(email), token: invitation });
        const user = await createAccount(endpoint.context, { email, name, password });
        await accept(user);
        const isShort = rememberMe === false;
        const session = await endpoint.context.internalAdapter.createSession(user.id, isShort);
        await setSessionCookie(endpoint, { session, user }, isShort);
        // Only the signed cookie authenticates a client, so the response contains no token.
        return endpoint.json({ token: null, user });
      }),
    },
  };
}
