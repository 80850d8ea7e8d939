import type { Check } from "../check.ts";
import { type FindingId, finding, type Outcome, unchecked } from "../finding.ts";
import { corsFix } from "../fixes/cors.ts";
import { createSignedRequests } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { type Answer, isFailure, type Response } from "../requests.ts";

const METHODS = ["GET", "PUT", "HEAD"];

type Ask = (method: string, headers?: readonly string[]) => Promise<Answer>;

/** Sends the same requests as a browser to the public endpoint, and judges the responses as a browser does. */
export const corsCheck: Check = {
  name: "CORS",
  async run(parts) {
    const { origin } = new URL(parts.publicUrl);
    const signed = createSignedRequests(parts);
    const at = parts.bucket.publicTarget;
    const url = await signed.putUrl(parts.newKey(), { at });
    const ask: Ask = (method, headers = []) =>
      parts.requests.send(url, { method: "OPTIONS", headers: asking(origin, method, headers) });
    const report = (id: FindingId, detail: string): Outcome[] => [
      finding(id, { detail, fix: corsFix(parts, { origin }) }),
    ];

    const headers = await uploadHeaders(parts);
    const upload = await ask("PUT", headers);
    if (isFailure(upload)) return [unchecked("CORS", upload.reason)];
    if (!allows(upload, { origin, method: "PUT", headers })) {
      return explainRefusal({ ask, origin, upload, headers, report });
    }
    const others = await refusedMethods(ask, origin);
    if (others.length > 0)
      return report("cors-method", `A preflight from ${origin} for ${others.join(", ")} is refused.`);
    const stored = await signed.put(parts.newKey(), { at, origin });
    if (isFailure(stored) || stored.status !== 200)
      return [unchecked("exposed headers", "the public endpoint refuses an upload")];
    if (!isOrigin(stored, origin))
      return report("cors-origin", `A PUT from ${origin} got no access-control-allow-origin.`);
    if (listOf(stored, "access-control-expose-headers").some((name) => name === "etag" || name === "*")) return [];
    return report("cors-etag", "A PUT exposed no ETag in access-control-expose-headers.");
  },
};

/**
 * Returns the headers of an upload for which a browser needs permission. The service signs only headers that the bucket supports, so the
 * list depends on the capabilities of the bucket.
 */
async function uploadHeaders({ bucket }: DoctorParts): Promise<string[]> {
  const { conditionalPut, signedSha256 } = await bucket.capabilities();
  return [
    "content-type",
    ...(conditionalPut ? ["if-none-match"] : []),
    ...(signedSha256 ? ["x-amz-checksum-sha256"] : []),
  ];
}

type Refused = {
  ask: Ask;
  origin: string;
  upload: Response;
  headers: readonly string[];
  report: (id: FindingId, detail: string) => Outcome[];
};

async function explainRefusal({ ask, origin, upload, headers, report }: Refused): Promise<Outcome[]> {
  if (upload.text.includes("CORS is not enabled"))
    return report("cors-missing", "The bucket says that CORS is not enabled.");
  const plain = await ask("PUT");
  if (!isFailure(plain) && allows(plain, { origin, method: "PUT", headers: [] })) {
    const refused: string[] = [];
    for (const name of headers) {
      const answer = await ask("PUT", [name]);
      if (isFailure(answer) || !allows(answer, { origin, method: "PUT", headers: [name] })) refused.push(name);
    }
    return report("cors-headers", `A preflight from ${origin} for the headers ${refused.join(", ")} is refused.`);
  }
  const refused = await refusedMethods(ask, origin);
  if (refused.length < METHODS.length) {
    return report("cors-method", `A preflight from ${origin} for ${refused.join(", ")} is refused.`);
  }
  if (upload.status === 404 || upload.status === 405 || upload.status === 501) {
    return report("cors-missing", `The bucket responded to a preflight with status ${upload.status}.`);
  }
  return report("cors-origin", `Every preflight from ${origin} is refused.`);
}

async function refusedMethods(ask: Ask, origin: string): Promise<string[]> {
  const refused: string[] = [];
  for (const method of METHODS) {
    const answer = await ask(method);
    if (isFailure(answer) || !allows(answer, { origin, method, headers: [] })) refused.push(method);
  }
  return refused;
}

function asking(origin: string, method: string, headers: readonly string[]): Record<string, string> {
  const names = headers.length === 0 ? {} : { "access-control-request-headers": headers.join(",") };
  return { origin, "access-control-request-method": method, ...names };
}

/**
 * Whether the response to a preflight permits a request, by the rules of browsers (Fetch, "CORS-preflight fetch"). GET and HEAD need no
 * permission.
 */
function allows(
  answer: Response,
  { origin, method, headers }: { origin: string; method: string; headers: readonly string[] },
): boolean {
  if (answer.status < 200 || answer.status > 299 || !isOrigin(answer, origin)) return false;
  const methods = listOf(answer, "access-control-allow-methods");
  if (method === "PUT" && !methods.includes("put") && !methods.includes("*")) return false;
  const allowed = listOf(answer, "access-control-allow-headers");
  return headers.every((name) => allowed.includes(name) || allowed.includes("*"));
}

function isOrigin({ headers }: Response, origin: string): boolean {
  const allowed = headers.get("access-control-allow-origin");
  return allowed === "*" || allowed === origin;
}

function listOf({ headers }: Response, name: string): string[] {
  return (headers.get(name) ?? "").split(",").map((each) => each.trim().toLowerCase());
}
