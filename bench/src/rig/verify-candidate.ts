import type { Candidate } from "./candidate.ts";
import type { Dataset } from "./dataset.ts";
import { settings } from "./settings.ts";
import { createToken } from "./token.ts";

const SAMPLES = 20;

/**
 * Checks before the measurement that a server issues URLs for the right object with the right expiry, and returns 403 to a stranger
 * and 401 without a valid token.
 *
 * Returns the number of issued URLs.
 */
export async function verifyCandidate({ name, port }: Candidate, dataset: Dataset): Promise<number> {
  const step = Math.floor(dataset.grants.length / SAMPLES) + 1;
  const sample = dataset.grants.filter((_, index) => index % step === 0);
  for (const { userId, attachment } of sample) {
    const response = await ask(port, { attachmentId: attachment.id, token: await createToken(userId) });
    expectEqual(name, { what: "status", got: response.status, wanted: 200 });
    const { fileUrl } = (await response.json()) as { fileUrl: string };
    checkFileUrl(name, { fileUrl, objectKey: attachment.objectKey });
  }
  const attachmentId = dataset.attachments[0]?.id ?? "";
  const refused = await ask(port, { attachmentId, token: await createToken(dataset.strangerId) });
  expectEqual(name, { what: "status for a stranger", got: refused.status, wanted: 403 });
  const anonymous = await ask(port, { attachmentId, token: "not-a-token" });
  expectEqual(name, { what: "status without a valid token", got: anonymous.status, wanted: 401 });
  return sample.length;
}

/** Throws unless the URL names this object, expires after 60 seconds, and has a signature. The bucket is in the host or in the path. */
export function checkFileUrl(name: string, { fileUrl, objectKey }: { fileUrl: string; objectKey: string }): void {
  const url = new URL(fileUrl);
  const path = url.pathname.replace(`/${settings.bucket}/`, "/");
  expectEqual(name, { what: "path", got: path, wanted: `/${objectKey}` });
  expectEqual(name, {
    what: "X-Amz-Expires",
    got: url.searchParams.get("X-Amz-Expires"),
    wanted: String(settings.expiresInSeconds),
  });
  expectEqual(name, {
    what: "form of the signature",
    got: /^[0-9a-f]{64}$/.test(url.searchParams.get("X-Amz-Signature") ?? ""),
    wanted: true,
  });
}

function ask(port: number, { attachmentId, token }: { attachmentId: string; token: string }): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/attachments/${attachmentId}/url`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

function expectEqual<T>(name: string, { what, got, wanted }: { what: string; got: T; wanted: T }): void {
  if (got !== wanted) throw new Error(`${name}: ${what} is ${got}, expected ${wanted}`);
}
