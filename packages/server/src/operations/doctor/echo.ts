import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isSameText } from "../../platform/crypto/secrets.ts";
import type { DoctorParts, EchoProof } from "./parts.ts";
import { type Answer, isFailure, type Response } from "./requests.ts";

/** A request of the doctor, as the service received it through the proxies. */
export type Echo = {
  /** The IP address that the service uses for the client, and for rate limits. */
  ip: string;
  /** The number of entries of X-Forwarded-For that the service trusts, counted from the last entry. */
  trustedHops: number;
  /** The header X-Forwarded-For, or an empty text. */
  forwardedFor: string;
  /** `authorization` and `cookie`: the headers of these names, or empty texts. */
  authorization: string;
  cookie: string;
  bytes: number;
  /** The time between the first and the last byte of the body, in milliseconds. */
  bodyMs: number;
};

/** An IP address that is reserved for documentation (RFC 5737), so no client has it. */
export const FORGED_IP = "203.0.113.7";
const PATH = "/doctor/echo";
/** The pause between the two pieces of a body, and between the two events of a stream. A proxy that buffers sends the pieces together. */
export const PAUSE_MS = 800;
const TIMEOUT_MS = 20_000;
/** Invented credentials, which give access to nothing. */
const CREDENTIALS = { authorization: "Bearer valetkey-doctor", cookie: "valetkey-doctor=1" };

export type Echoed = { echo: Echo; answer: Response } | { answer: Answer };

/** Sends a request with a forged IP address to PUBLIC_URL. Returns the response of another server unchanged. */
export async function sendEcho(
  { publicUrl, requests, echo }: Pick<DoctorParts, "publicUrl" | "requests" | "echo">,
  { body = Buffer.alloc(0), accept = "application/json" }: { body?: Buffer | "slow"; accept?: string } = {},
): Promise<Echoed> {
  const token = echo.token();
  const headers = {
    "content-type": "application/octet-stream",
    "x-valetkey-doctor": token,
    "x-forwarded-for": FORGED_IP,
    accept,
    ...CREDENTIALS,
  };
  const sent = body === "slow" ? { body: slowBody(), duplex: "half" } : { body };
  const init = { method: "POST", headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...sent } as RequestInit;
  const answer = await requests.send(`${publicUrl}${PATH}`, init);
  if (isFailure(answer) || answer.status !== 200) return { answer };
  const parsed = parse(answer.text);
  return parsed !== undefined && echo.isFromService(token, parsed.proof) ? { echo: parsed, answer } : { answer };
}

/** Parses the response, or the first event of a stream. */
function parse(text: string): (Echo & { proof: unknown }) | undefined {
  try {
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
  } catch {
    return undefined;
  }
}

/** Makes a body of two pieces with a pause between them. A proxy that buffers the body delivers both pieces together. */
function slowBody(): ReadableStream<Uint8Array> {
  return ReadableStream.from(
    (async function* () {
      yield Buffer.alloc(1_024);
      await sleep(PAUSE_MS);
      yield Buffer.alloc(1_024);
    })(),
  );
}

/** Returns the names of the headers with credentials that a proxy removed or changed. */
export function lostCredentials({ echo, answer }: { echo: Echo; answer: Response }): string[] {
  return [
    ...(echo.authorization === CREDENTIALS.authorization ? [] : ["Authorization"]),
    ...(echo.cookie.includes(CREDENTIALS.cookie) ? [] : ["Cookie"]),
    ...(answer.headers.has("set-cookie") ? [] : ["Set-Cookie"]),
  ];
}

/**
 * Returns whether the pieces of a slow request or response arrived together. The service sends the second event of a stream after a pause.
 */
export function isCollected({ bodyMs }: { bodyMs: number }): boolean {
  return bodyMs < PAUSE_MS / 2;
}

const VALID_MS = 60_000;

/** Returns the proof for a valid token of a request, or undefined for an invalid token. */
export type ProveEcho = (token: string) => string | undefined;

/**
 * Proves through a proxy that the doctor and the service have the same secret. A token is an instant with its HMAC, and a proof is the HMAC
 * of the token.
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
      return isFresh && isSameText(sealed, seal(`request ${now}`)) ? seal(`response ${token}`) : undefined;
    },
    isFromService: (token, proof) => typeof proof === "string" && isSameText(proof, seal(`response ${token}`)),
  };
}
