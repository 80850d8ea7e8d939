import { join } from "node:path";
import { commandFix, environmentFix, type Fix, stepFix } from "./finding.ts";

/** A response to a request of the doctor. `text`: the first 16 KiB of the body. */
export type Response = {
  status: number;
  headers: Headers;
  text: string;
  /** The code of an S3 error. Undefined if the body is not an S3 error. */
  code: string | undefined;
  sentAt: number;
  receivedAt: number;
  /** The time between the first and the last byte of the body, in milliseconds. */
  bodyMs: number;
};
/** A request that got no response. `reason`: contains the host of the URL, but no other part of the URL. */
export type Failure = { failure: string; reason: string };
export type Answer = Response | Failure;

export type Requests = { send(url: string, init?: RequestInit): Promise<Answer> };

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const TIMEOUT_MS = 5_000;
const TEXT_CHARACTERS = 16_384;
const TLS_CODES =
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH|EPROTO)/;

/** Sends requests with a time limit and without redirects. Without a response, `send` returns a `Failure`. */
export function createRequests({ clock, fetch }: { clock: () => number; fetch: typeof globalThis.fetch }): Requests {
  return {
    async send(url, init = {}) {
      const sentAt = clock();
      try {
        const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
        const receivedAt = clock();
        const { text, bodyMs } = await readBody(response, clock);
        const code = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1];
        return { status: response.status, headers: response.headers, text, code, sentAt, receivedAt, bodyMs };
      } catch (error) {
        return toFailure(error);
      }
    },
  };
}

async function readBody({ body }: globalThis.Response, clock: () => number) {
  const chunks: Uint8Array[] = [];
  let firstAt: number | undefined;
  for await (const chunk of body ?? []) {
    firstAt ??= clock();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString().slice(0, TEXT_CHARACTERS);
  return { text, bodyMs: firstAt === undefined ? 0 : clock() - firstAt };
}

/** Returns whether a URL leads to the machine of the doctor. */
export function isLocal(url: string): boolean {
  return LOCAL.test(new URL(url).hostname);
}

export function isFailure(answer: Answer): answer is Failure {
  return "failure" in answer;
}

/** Returns whether TLS is the reason for the failure, for example a certificate for another host. */
export function isTlsFailure(failed: Failure): boolean {
  return TLS_CODES.test(failed.failure) || isWithoutTls(failed);
}

/** Returns whether Node.js does not know the authority that signed the certificate. */
function isUntrusted({ failure }: Failure): boolean {
  return /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/.test(failure);
}

/** Returns whether the server responded without TLS to a request with TLS. */
function isWithoutTls({ reason }: Failure): boolean {
  return /wrong version number|packet length too long/.test(reason);
}

function toFailure(error: unknown): Failure {
  const cause = (error as { cause?: unknown }).cause ?? error;
  // If a host name has several IP addresses, Node.js collects one error for each address. The report names the first error.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { code, name } = first as { code?: unknown; name?: string };
  const failure = typeof code === "string" ? code : (name ?? "Error");
  const isLate = failure === "TimeoutError" || failure === "23";
  const reason = isLate ? `no response within ${TIMEOUT_MS / 1000} seconds` : messageOf(first);
  return { failure, reason };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim();
}

/**
 * Returns the time by which the clock of the server is ahead of the local clock, in milliseconds. The result is negative if the server's
 * clock is behind. Returns undefined if the response has no Date header.
 */
export function clockOffsetMs({ headers, sentAt, receivedAt }: Response): number | undefined {
  const date = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(date)) return undefined;
  // The Date header contains whole seconds, rounded down, so the real time is half a second later on average.
  return date + 500 - (sentAt + receivedAt) / 2;
}

/** `setting`: the name of the setting with the URL. */
type Server = { setting: string; url: string; dataDir: string };

/** Describes the remedy for a request that got no response. The remedy depends on the kind of failure. */
export function unreachableFix(failed: Failure, { setting, url, dataDir }: Server): Fix[] {
  const { host } = new URL(url);
  if (isUntrusted(failed)) {
    const step =
      "Store the certificate of your authority in this file. Set the variable for the process, because Node.js does not read it from .env.";
    return [...environmentFix(`NODE_EXTRA_CA_CERTS=${join(dataDir, "ca.pem")}`), ...stepFix(step)];
  }
  if (isWithoutTls(failed)) return environmentFix(`${setting}=${url.replace(/^https:/, "http:")}`);
  if (isTlsFailure(failed)) {
    const step = `Renew the certificate, or use the host name of the certificate in ${setting}.`;
    return [...commandFix(`openssl s_client -connect ${host}`), ...stepFix(step)];
  }
  const step = `Start the server at ${host}, let the firewall pass requests to it, or correct ${setting}.`;
  return [...commandFix(`curl -v ${url}`), ...stepFix(step)];
}
