import { createVerify, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createPresigner } from "@valetkey/presign";
import type { CloudFrontTarget } from "../signing.ts";
import type { BucketServer } from "./bucket-server.ts";

type Options = {
  /** The clock of the distribution, in milliseconds since the epoch. Default: the clock of the test machine. */
  clock?: () => number;
  /** The type of the key pair. Default: RSA. */
  keyType?: "rsa" | "ec";
  hash?: CloudFrontTarget["hash"];
  /** Whether the service binds URLs to the IP address of the client. Default: false. */
  bindsIp?: boolean;
  /** The query parameters that the distribution forwards to the bucket. Default: the parameters of docs/cloudfront.md. */
  forwarded?: readonly string[];
  /** Default: any free port. */
  port?: number;
};

const KEY_PAIR_ID = "K2JCJMDEHXQW5F";
const SIGNING = ["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"];
/** The query parameters that a distribution with the settings of docs/cloudfront.md forwards to the bucket. */
export const FORWARDED = ["response-content-disposition", "response-content-type"];

type Policy = {
  Statement: [
    {
      Resource: string;
      Condition: { DateLessThan: { "AWS:EpochTime": number }; IpAddress?: { "AWS:SourceIp": string } };
    },
  ];
};

/**
 * Simulates a CloudFront distribution in front of a bucket, with the settings of docs/cloudfront.md. The distribution verifies a URL with
 * the public key. The distribution reads the object with its own signed request, like an origin access control.
 */
export async function startDistribution(bucket: BucketServer, { clock = Date.now, ...options }: Options = {}) {
  const { keyType = "rsa", hash = "sha256", bindsIp = false, forwarded = FORWARDED, port = 0 } = options;
  const { privateKey, publicKey } =
    keyType === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { credentials, ...target } = bucket;
  const origin = createPresigner(target);
  const requests: string[] = [];

  function refusalOf(url: URL, { socket }: IncomingMessage): string | undefined {
    const { searchParams: query } = url;
    const signature = query.get("Signature");
    if (query.get("Key-Pair-Id") !== KEY_PAIR_ID || signature === null) return "MissingKey";
    const resource = resourceOf(url);
    const given = query.get("Policy");
    const text = given === null ? cannedPolicy(resource, query.get("Expires")) : fromUrlSafe(given).toString();
    const verifier = createVerify(query.get("Hash-Algorithm") === "SHA256" ? "sha256" : "sha1").update(text);
    if (!verifier.verify(publicKey, fromUrlSafe(signature))) return "AccessDenied";
    const [{ Resource, Condition }] = (JSON.parse(text) as Policy).Statement;
    if (!matches(Resource, resource)) return "AccessDenied";
    if (clock() >= Condition.DateLessThan["AWS:EpochTime"] * 1000) return "AccessDenied: expired";
    const range = Condition.IpAddress?.["AWS:SourceIp"];
    return range === undefined || range === `${socket.remoteAddress}/32` ? undefined : "AccessDenied: IP address";
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    requests.push(url.href);
    // Scripts of the web app read files, so the browser needs CORS headers.
    response.setHeader("access-control-allow-origin", "*").setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const refusal = request.method === "GET" ? refusalOf(url, request) : "MethodNotAllowed";
    if (refusal !== undefined) return void response.writeHead(403).end(refusal);
    const [disposition, type] = FORWARDED.map((name) =>
      forwarded.includes(name) ? (url.searchParams.get(name) ?? undefined) : undefined,
    );
    const signed = origin.presignGet({
      key: decodeURIComponent(url.pathname.slice(1)),
      response: { contentDisposition: disposition, contentType: type },
      credentials,
      expiresInSeconds: 60,
      now: Date.now(),
    });
    const { range } = request.headers;
    const { status, headers, body } = await fetch(signed.url, range === undefined ? {} : { headers: { range } });
    response.writeHead(status, Object.fromEntries(headers));
    for await (const chunk of body ?? []) response.write(chunk);
    response.end();
  }

  const server = createServer((request, response) => void respond(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const distribution = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    /** The signing target of the service for this distribution. */
    target: { distribution, keyPairId: KEY_PAIR_ID, privateKey: pem, hash, bindsIp } satisfies CloudFrontTarget,
    requests,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Returns the URL without the query parameters that are only for CloudFront. */
function resourceOf(url: URL): string {
  const pairs = url.search.slice(1).split("&");
  const query = pairs.filter((pair) => !SIGNING.includes(pair.split("=", 1)[0] ?? "")).join("&");
  return `${url.origin}${url.pathname}${query === "" ? "" : `?${query}`}`;
}

function cannedPolicy(resource: string, expires: string | null): string {
  return `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
}

/** Returns whether a resource matches the pattern of a policy: `*` matches any text, and `?` matches any character. */
function matches(pattern: string, resource: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(resource);
}

function fromUrlSafe(text: string): Buffer {
  return Buffer.from(text.replaceAll("-", "+").replaceAll("_", "=").replaceAll("~", "/"), "base64");
}
