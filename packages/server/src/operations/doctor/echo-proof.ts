import { createHmac, timingSafeEqual } from "node:crypto";
import type { EchoProof } from "./parts.ts";

/** How long a token is valid. Milliseconds. */
const VALID_MS = 60_000;

/**
 * The service calls this function with the token of a request. It returns the proof for a valid token, and undefined for any other token.
 */
export type ProveEcho = (token: string) => string | undefined;

/**
 * Proves to the doctor and to the service, through a proxy, that the other one knows the same secret. A token consists of an instant and
 * its HMAC. A proof is the HMAC of the token.
 */
export function createEchoProof({
  secret,
  clock,
}: {
  secret: string;
  clock: () => number;
}): EchoProof & { prove: ProveEcho } {
  const key = createHmac("sha256", secret).update("valetkey doctor").digest();
  const seal = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    token() {
      const now = String(clock());
      return `${now}.${seal(`request ${now}`)}`;
    },
    prove(token) {
      const [now = "", sealed = ""] = token.split(".");
      const isFresh = Math.abs(clock() - Number(now)) <= VALID_MS;
      return isFresh && isEqual(sealed, seal(`request ${now}`)) ? seal(`response ${token}`) : undefined;
    },
    isFromService: (token, proof) => typeof proof === "string" && isEqual(proof, seal(`response ${token}`)),
  };
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
