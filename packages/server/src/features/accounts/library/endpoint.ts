import { getSessionFromCtx } from "better-auth/api";
import { DomainError } from "../../../platform/errors.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Caller } from "../../access/caller.ts";
import { unauthenticated } from "../callers/unauthenticated.ts";
import type { Owner } from "../own/own-account.ts";

export type Endpoint = Parameters<typeof getSessionFromCtx>[0];

export const POST = { method: "POST" } as const;
export const DONE = { status: true } as const;

export function bodyOf({ body }: { body?: unknown }): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>;
}

/** Reads a text field of the body. Throws `invalid_request`. */
export function textOf(endpoint: { body?: unknown }, name: string): string {
  const value = bodyOf(endpoint)[name];
  if (typeof value === "string") return value;
  throw new HttpProblem("invalid_request", `${name} is missing.`);
}

/** Returns the caller whose session is in the cookie. Throws `unauthenticated`. */
export async function callerOf(endpoint: Endpoint): Promise<Caller> {
  const found = await getSessionFromCtx(endpoint);
  if (found === null) throw unauthenticated("Sign in first.", "Bearer");
  return { userId: found.user.id, credential: { kind: "session", id: found.session.id } };
}

/**
 * Checks that the body contains the caller's password, and returns the caller. Throws `unauthenticated`, `invalid_request` or
 * `wrong_password`.
 */
export async function ownerOf(endpoint: Endpoint, { field = "password" } = {}): Promise<Owner> {
  const caller = await callerOf(endpoint);
  const password = textOf(endpoint, field);
  const { internalAdapter, password: hashes } = endpoint.context;
  const hash = (await internalAdapter.findCredentialAccount(caller.userId))?.password;
  if (!hash) {
    throw new DomainError("invalid_request", "This account has no password. It signs in with the identity provider.");
  }
  if (await hashes.verify({ hash, password })) return { caller, passwordHash: hash };
  throw new DomainError("wrong_password", "The password is wrong.");
}
