import { startProfile } from "../../testing/s3-servers/profile-proxy.ts";
import { PROFILES } from "../../testing/s3-servers/profiles.ts";
import type { Change, Seen } from "../rewriting-proxy.ts";
import { type Fault, proxyFault, type Stage } from "../stage.ts";

/** Starts a proxy that makes a healthy bucket behave like the bucket of a provider. Returns the environment with the URL of the proxy. */
export const behindProfile =
  (name: string) =>
  async ({ env, endpoint, add }: Stage) => {
    const profile = PROFILES.find((each) => each.name === name);
    if (profile === undefined) throw new Error(`no profile ${name}`);
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
    const credentials = { accessKeyId, secretAccessKey };
    const proxy = await startProfile(profile, { endpoint, region: "us-east-1", credentials, forcePathStyle: true });
    add(proxy.close);
    return { ...env, S3_ENDPOINT: proxy.endpoint };
  };

/** Faults of a bucket that lacks a feature. */
export const featureFaults: readonly Fault[] = [
  {
    fault: "the bucket ignores the condition of a PUT",
    setup: "profile of Garage",
    id: "conditional-put-missing",
    arrange: behindProfile("Garage"),
  },
  {
    fault: "the bucket refuses checksums",
    setup: "profile of B2",
    id: "checksum-missing",
    also: ["conditional-put-missing"],
    arrange: behindProfile("B2"),
  },
  proxyFault({
    fault: "the bucket obeys an unsigned header that copies an object",
    id: "copy-source-hole",
    rule: ({ headers, query }) =>
      headers["x-amz-copy-source"] !== undefined && query.has("X-Amz-Signature")
        ? { dropped: "x-amz-copy-source" }
        : undefined,
  }),
  proxyFault({ fault: "the bucket can't copy", id: "copy-missing", rule: refuseCopies }),
  proxyFault({
    fault: "the bucket can't copy, and ignores conditions",
    id: "copy-broken",
    also: ["conditional-put-missing"],
    rule: (seen) =>
      refuseCopies(seen) ??
      (seen.headers["if-none-match"] === undefined ? undefined : { status: 501, code: "NotImplemented" }),
  }),
  proxyFault({
    fault: "the bucket ignores the signed length of a file",
    id: "signed-length-ignored",
    rule: ({ method, headers }) =>
      method === "PUT" && headers["content-length"] === "6" ? { status: 200 } : undefined,
  }),
  proxyFault({
    fault: "the bucket ignores the signed content type of a file",
    id: "signed-type-ignored",
    rule: ({ method, headers }) =>
      method === "PUT" && headers["content-type"] === "text/html" ? { status: 200 } : undefined,
  }),
  proxyFault({
    fault: "the bucket stores no content type",
    id: "type-lost",
    // The doctor recognises a copied object by its content type. Without the content type, the doctor also reports that copies fail.
    also: ["copy-missing"],
    rule: ({ method }) => (method === "HEAD" ? { headers: { "content-type": "binary/octet-stream" } } : undefined),
  }),
  {
    fault: "the bucket accepts parts after the upload is complete",
    setup: "fault proxy",
    id: "parts-survive",
    arrange: acceptLateParts,
  },
];

function refuseCopies({ headers, query }: Seen): Change | undefined {
  if (headers["x-amz-copy-source"] === undefined || query.has("X-Amz-Signature")) return undefined;
  return { status: 501, code: "NotImplemented" };
}

function acceptLateParts({ behind }: Stage) {
  const sent = new Set<string>();
  return behind(({ method, query }) => {
    const uploadId = query.get("uploadId");
    if (method !== "PUT" || uploadId === null) return undefined;
    if (sent.has(uploadId)) return { status: 200, headers: { etag: '"late"' } };
    sent.add(uploadId);
    return undefined;
  });
}
