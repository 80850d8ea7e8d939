import { createPostVerifier, createVerifier } from "@valetkey/presign";
import { file, repeatable, type Source, sendCall, type WorkloadName } from "./calls.ts";
import { settings } from "./settings.ts";

const { accessKeyId, secretAccessKey, region, bucket } = settings;
const options = { region, findCredentials: (id: string) => (id === accessKeyId ? { secretAccessKey } : undefined) };
const verify = createVerifier(options);
const verifyForm = createPostVerifier(options);

/** The workloads whose responses contain a signed URL or a signed form. */
const SIGNED: ReadonlySet<WorkloadName> = new Set([
  "url",
  "url-session",
  "url-api-token",
  "batch",
  "start",
  "embedding-url",
  "embedding-start",
  "peer-url",
  "better-upload",
  "pushduck",
  "companion",
]);

type Signed = { url?: URL; headers?: Record<string, string>; fields?: Record<string, string> };

/**
 * Sends the first request of a workload before the measurement, and throws unless the response contains a valid signature. Returns the
 * number of responses.
 */
export async function checkSigned(port: number, workload: WorkloadName, source: Source): Promise<number> {
  if (!SIGNED.has(workload)) return 0;
  const [call] = repeatable[workload as keyof typeof repeatable](source);
  if (call === undefined) throw new Error(`${workload} has no requests`);
  const text = await (await sendCall(port, call)).text();
  const signed = findSigned(JSON.parse(text));
  if (signed === undefined || !isValid(signed)) throw new Error(`${call.path} signed nothing valid: ${text}`);
  return 1;
}

/** Finds the signed URL or the fields of the signed upload form in a JSON response of any structure. */
function findSigned(value: unknown): Signed | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { fields, headers } = value as Signed;
  if (typeof fields === "object") return { fields };
  for (const each of Object.values(value)) {
    if (typeof each === "string" && each.includes("X-Amz-Signature="))
      return { url: new URL(each), ...(headers && { headers }) };
    const found = findSigned(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns whether the signature is valid for the requests that a client of the server sends. */
function isValid({ url, headers, fields }: Signed): boolean {
  if (url === undefined) {
    const entries = Object.entries(fields ?? {}).map(([name, text]) => [name.toLowerCase(), text] as const);
    return verifyForm({ bucket, fields: new Map(entries) }, Date.now()).ok;
  }
  const length = String(file.sizeBytes);
  const sent = { "content-type": file.contentType, ...headers, host: url.host, "content-length": length };
  const target = `${url.pathname}${url.search}`;
  // A signed URL does not show its HTTP method, so both GET and PUT are tried.
  return ["GET", "PUT"].some(
    (method) => verify({ method, target, rawHeaders: Object.entries(sent).flat() }, Date.now()).ok,
  );
}
