import { expect } from "vitest";
import type { VerifierCredentials } from "./signer.ts";
import { EXAMPLE_KEY } from "./test-signer.ts";
import { createVerifier, type ReceivedRequest } from "./verify-request.ts";

/** When the example requests were signed, in milliseconds since 1970. */
export const SIGNED_AT = Date.UTC(2013, 4, 24);
export const MINUTE_MS = 60_000;

/** Decides on a request, by default at the moment it was signed. */
export function verify(
  request: ReceivedRequest,
  { now = SIGNED_AT, credentials = EXAMPLE_KEY as VerifierCredentials } = {},
) {
  const findCredentials = (id: string) => (id === EXAMPLE_KEY.accessKeyId ? credentials : undefined);
  return createVerifier({ region: "us-east-1", findCredentials })(request, now);
}

/** What a refusal must have. */
export const refused = (status: number, code: string) => expect.objectContaining({ ok: false, status, code });
