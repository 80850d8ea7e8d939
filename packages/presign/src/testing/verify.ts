import { expect } from "vitest";
import type { VerifierCredentials } from "../verify/credentials.ts";
import { createVerifier, type ReceivedRequest } from "../verify/verify-request.ts";
import { EXAMPLE_KEY } from "./sign.ts";

/** The instant of the example signatures, in milliseconds since 1970. */
export const SIGNED_AT = Date.UTC(2013, 4, 24);
export const MINUTE_MS = 60_000;

export function verify(
  request: ReceivedRequest,
  { now = SIGNED_AT, credentials = EXAMPLE_KEY as VerifierCredentials } = {},
) {
  const findCredentials = (id: string) => (id === EXAMPLE_KEY.accessKeyId ? credentials : undefined);
  return createVerifier({ region: "us-east-1", findCredentials })(request, now);
}

export const refused = (status: number, code: string) => expect.objectContaining({ ok: false, status, code });
