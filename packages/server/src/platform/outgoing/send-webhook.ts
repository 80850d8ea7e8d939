import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import type { WebhookFailure } from "@valetkey/contract";
import { nodeHttp } from "../modules.ts";

/** The time limit in milliseconds for the DNS query, the connection and the response together. */
const WITHIN_MS = 15_000;
/** The maximum number of bytes that are read from a response, whose body is not used. */
const MAX_BODY_BYTES = 4_096;

/** The time limit to connect to one of several IP addresses, in milliseconds. The default of Node.js is too short for a distant server. */
const ATTEMPT_MS = 3_000;

type Resolve = (host: string, signal: AbortSignal) => Promise<LookupAddress[]>;

export type SenderOptions = {
  /** Whether webhook requests may go to the local machine, without TLS. */
  allowsLoopback: boolean;
  /** The time limit for a webhook request, in milliseconds. Default: 15 seconds. */
  withinMs?: number;
  /** Resolves the host of an endpoint to IP addresses. Default: queries the DNS servers of the system. */
  resolve?: Resolve;
  /** The certificates of the trusted authorities. Default: the certificates of Node.js. */
  ca?: string;
};

/**
 * Sends webhooks only to public hosts (docs/security-requirements.md, 31). Resolves the host, and connects only to those resulting IP
 * addresses that are public. Resolves the host only once, so a DNS server cannot return another IP address for the connection. Follows no
 * redirects.
 */
export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { withinMs = WITHIN_MS, resolve = resolveByDns } = options;
  return {
    async send({ url, headers, body, signal }) {
      const late = AbortSignal.timeout(withinMs);
      const ended = signal === undefined ? late : AbortSignal.any([late, signal]);
      try {
        ended.throwIfAborted();
        const target = new URL(url);
        const resolved = await abortable(resolve(hostOf(target), ended), ended);
        const addresses = openAddresses(target, { ...options, addresses: resolved });
        return { status: await post(target, { ...options, addresses, headers, body, signal: ended }) };
      } catch (error) {
        return describe(error, { isLate: late.aborted, isCut: signal?.aborted === true });
      }
    },
  };
}

/** An error whose message the owner of the endpoint may see. */
class Refusal extends Error {
  readonly failure: WebhookFailure;

  constructor(failure: WebhookFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/**
 * Queries the DNS servers directly. The resolver of the system would use the thread pool of Node.js, and a slow DNS server would then block
 * the hashing of passwords.
 */
const resolveByDns: Resolve = async (host, signal) => {
  if (isIP(host) !== 0) return [addressOf(host)];
  if (host === "localhost") return ["127.0.0.1", "::1"].map(addressOf);
  const resolver = new Resolver();
  signal.addEventListener("abort", () => resolver.cancel(), { once: true });
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  if (addresses.length === 0) throw new Refusal("unknown_host", "The name of the host could not be resolved.");
  return addresses.map(addressOf);
};

function addressOf(address: string): LookupAddress {
  return { address, family: isIP(address) };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/**
 * Returns the permitted IP addresses. With `allowsLoopback`, the addresses of the local machine are permitted, and otherwise only public
 * addresses. Throws a `Refusal` if there are no permitted IP addresses, or if the URL of a public host is not https.
 */
function openAddresses(
  { protocol }: URL,
  { addresses, allowsLoopback }: { addresses: readonly LookupAddress[]; allowsLoopback: boolean },
): LookupAddress[] {
  const here = addresses.filter(({ address }) => isLoopbackAddress(address));
  if (allowsLoopback && here.length > 0) return here;
  if (protocol !== "https:") throw new Refusal("not_https", "The URL must begin with https://.");
  const open = addresses.filter(({ address }) => isPublicAddress(address));
  if (open.length > 0) return open;
  // The text does not contain the IP address, which would reveal details of the service's network.
  throw new Refusal("private_host", "The host has no IP address on the internet.");
}

type Post = Pick<SenderOptions, "ca"> & {
  addresses: readonly LookupAddress[];
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
};

/** Sends a request to the endpoint of a webhook. Resolves with the status when the response begins. */
function post(target: URL, { addresses, headers, body, signal, ca }: Post): Promise<number> {
  const { request, Agent } = target.protocol === "https:" ? https : nodeHttp;
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method: "POST",
      // Each request has its own connection, because the next request may need other IP addresses.
      agent: new Agent({ autoSelectFamilyAttemptTimeout: ATTEMPT_MS }),
      lookup: only(addresses),
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "valetkey-webhooks",
        ...headers,
      },
      signal,
      ...(ca !== undefined && { ca }),
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      discard(response);
    });
    sent.end(body);
  });
}

/** Returns a lookup function that always returns the given IP addresses. */
function only(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
}

function discard(response: IncomingMessage): void {
  let bytes = 0;
  response.on("error", () => undefined);
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) response.destroy();
  });
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

const PROBLEMS: Record<string, WebhookProblem> = {
  ECONNREFUSED: { failure: "refused", problem: "The host refused the connection." },
  EPROTO: { failure: "certificate", problem: "The host does not speak TLS." },
  ECONNRESET: { failure: "closed", problem: "The host closed the connection without a response." },
};

/** Returns the problem for the owner of the endpoint, without the URLs and IP addresses in the messages of Node.js. */
function describe(error: unknown, { isLate, isCut }: { isLate: boolean; isCut: boolean }): WebhookProblem {
  if (isCut) return { failure: "stopped", problem: "The service stopped during the request." };
  if (isLate) return { failure: "timeout", problem: "There was no response in time." };
  if (error instanceof Refusal) return { failure: error.failure, problem: error.message };
  const code = String((error as NodeJS.ErrnoException).code ?? "unknown");
  if (/CERT|SIGN|TLS|SSL/.test(code)) {
    return { failure: "certificate", problem: `The certificate or the TLS connection is not valid (${code}).` };
  }
  return PROBLEMS[code] ?? { failure: "other", problem: `The request failed (${code}).` };
}

/** The reason why a message was not delivered, as a code and as a text. The text contains no URL and no IP address. */
export type WebhookProblem = { failure: WebhookFailure; problem: string };

/** The HTTP status of an endpoint's response, or the reason why there was no response. */
export type WebhookOutcome = { status: number } | WebhookProblem;

export type WebhookSender = {
  /** Sends one HTTP request to an endpoint. Never rejects. If `signal` aborts, resolves with a problem. */
  send(request: {
    url: string;
    headers: Readonly<Record<string, string>>;
    body: string;
    signal?: AbortSignal | undefined;
  }): Promise<WebhookOutcome>;
};

/** The IPv4 ranges outside of the public internet (RFC 6890), and the address of Azure's metadata server. */
const CLOSED_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** The only range of public IPv6 addresses. Mapped, translated, unique local and link-local addresses are outside of this range. */
const OPEN_IPV6 = ["2000::/3"];

/** The parts of OPEN_IPV6 that are not public: Teredo, 6to4 and documentation. Some of these ranges contain IPv4 addresses. */
const CLOSED_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const closedIpv4 = listOf(CLOSED_IPV4, "ipv4");

const openIpv6 = listOf(OPEN_IPV6, "ipv6");

const closedIpv6 = listOf(CLOSED_IPV6, "ipv6");

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !closedIpv4.check(address);
  return isIP(address) === 6 && openIpv6.check(address, "ipv6") && !closedIpv6.check(address, "ipv6");
}

/** Returns whether an IP address is a loopback address, which means the local machine. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith("127.") : address === "::1";
}

function listOf(ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
