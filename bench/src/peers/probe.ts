import { createPostVerifier, createVerifier } from "@valetkey/presign";
import { type Call, sendCall } from "../rig/call.ts";
import { file } from "../rig/service-calls.ts";
import { settings } from "../rig/settings.ts";

const { accessKeyId, secretAccessKey, region, bucket } = settings;
const options = { region, findCredentials: (id: string) => (id === accessKeyId ? { secretAccessKey } : undefined) };
const verify = createVerifier(options);
const verifyForm = createPostVerifier(options);

type Json = { [key: string]: unknown };
type Headers = Record<string, string>;
type Signed = { kind: "url"; url: URL; headers: Headers } | { kind: "form"; fields: Map<string, string> };

/** The checks that a server makes, as far as a client can observe them. */
export type Observed = {
  /** Whether the server refuses a request without a token. */
  checksWho: boolean;
  /** Whether the server refuses a valid user who has no access. */
  checksAccess: boolean;
  /** The sizes that the signature of an upload permits. */
  size: "exact" | "maximum" | "any";
  /** How many of the three responses had a signed URL or form. */
  signed: number;
};

/** Sends the same request three times: as the user, without a token, and as a stranger. Throws unless the user gets a valid signature. */
export async function probe(
  port: number,
  { call, strangerToken }: { call: Call; strangerToken: string },
): Promise<Observed> {
  const [own, anonymous, stranger] = await Promise.all([
    ask(port, call),
    ask(port, { ...call, token: undefined }),
    ask(port, { ...call, token: strangerToken }),
  ]);
  if (own.signed === undefined) throw new Error(`${call.method} ${call.path} signed nothing: ${own.text}`);
  return {
    checksWho: anonymous.signed === undefined,
    checksAccess: stranger.signed === undefined,
    size: sizeOf(own.signed),
    signed: [own, anonymous, stranger].filter(({ signed }) => signed !== undefined).length,
  };
}

async function ask(port: number, call: Call): Promise<{ text: string; signed: Signed | undefined }> {
  const text = await (await sendCall(port, call)).text();
  return { text, signed: findSigned(JSON.parse(text)) };
}

/** Finds the signed URL or the signed upload form in a response, whatever its JSON looks like. */
function findSigned(value: unknown): Signed | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { fields, headers } = value as Json;
  if (typeof fields === "object" && fields !== null) {
    const entries = Object.entries(fields as Headers).map(([name, text]) => [name.toLowerCase(), text] as const);
    return { kind: "form", fields: new Map(entries) };
  }
  for (const each of Object.values(value)) {
    if (typeof each === "string" && each.includes("X-Amz-Signature=")) {
      return { kind: "url", url: new URL(each), headers: (headers ?? {}) as Headers };
    }
    const found = findSigned(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the sizes that the signature permits. Throws unless the signature is valid. */
function sizeOf(signed: Signed): Observed["size"] {
  if (signed.kind === "form") {
    const verified = verifyForm({ bucket, fields: signed.fields }, Date.now());
    if (!verified.ok) throw new Error(`A form has no valid signature: ${verified.message}`);
    return Number.isFinite(verified.range.max) ? "maximum" : "any";
  }
  if (!isValid(signed, file.sizeBytes)) throw new Error(`${signed.url} has no valid signature`);
  return isValid(signed, file.sizeBytes + 1) ? "any" : "exact";
}

function isValid({ url, headers }: Signed & { kind: "url" }, sizeBytes: number): boolean {
  const sent = { "content-type": file.contentType, ...headers, host: url.host, "content-length": String(sizeBytes) };
  const rawHeaders = Object.entries(sent).flat();
  const target = `${url.pathname}${url.search}`;
  // A signed URL does not show whether it is for a GET or for a PUT, so this code tries both.
  return ["GET", "PUT"].some((method) => verify({ method, target, rawHeaders }, Date.now()).ok);
}
