import { startProfile } from "../../testing/s3-servers/profile-proxy.ts";
import { PROFILES } from "../../testing/s3-servers/profiles.ts";
import type { Fault, Stage } from "../stage.ts";

/** Puts a proxy in front of a healthy bucket. The proxy makes the bucket behave like a provider. Returns the new environment. */
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

/** Faults in which the bucket lacks a feature. */
export const featureFaults: readonly Fault[] = [
  {
    fault: "the bucket ignores conditions",
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
  {
    fault: "the bucket copies on unsigned headers",
    setup: "fault proxy",
    id: "copy-source-hole",
    arrange: ({ behind }) =>
      behind(({ headers, query }) =>
        headers["x-amz-copy-source"] !== undefined && query.has("X-Amz-Signature")
          ? { dropped: "x-amz-copy-source" }
          : undefined,
      ),
  },
  {
    fault: "the bucket can't copy",
    setup: "fault proxy",
    id: "copy-missing",
    arrange: ({ behind }) => behind(refuseCopies),
  },
  {
    fault: "the bucket can't copy, and ignores conditions",
    setup: "fault proxy",
    id: "copy-broken",
    also: ["conditional-put-missing"],
    arrange: ({ behind }) =>
      behind(
        (seen) =>
          refuseCopies(seen) ??
          (seen.headers["if-none-match"] === undefined ? undefined : { status: 501, code: "NotImplemented" }),
      ),
  },
  {
    fault: "the bucket ignores the signed length",
    setup: "fault proxy",
    id: "signed-length-ignored",
    arrange: ({ behind }) =>
      behind(({ method, headers }) =>
        method === "PUT" && headers["content-length"] === "6" ? { status: 200 } : undefined,
      ),
  },
  {
    fault: "the bucket ignores the signed type",
    setup: "fault proxy",
    id: "signed-type-ignored",
    arrange: ({ behind }) =>
      behind(({ method, headers }) =>
        method === "PUT" && headers["content-type"] === "text/html" ? { status: 200 } : undefined,
      ),
  },
  {
    fault: "the bucket stores no content type",
    setup: "fault proxy",
    id: "type-lost",
    // The doctor recognises a copied object by its content type. Without the type, the doctor also reports that copies fail.
    also: ["copy-missing"],
    arrange: ({ behind }) =>
      behind(({ method }) => (method === "HEAD" ? { headers: { "content-type": "binary/octet-stream" } } : undefined)),
  },
  {
    fault: "the bucket accepts parts after the completion",
    setup: "fault proxy",
    id: "parts-survive",
    arrange: acceptLateParts,
  },
];

const refuseCopies = ({ headers, query }: { headers: Record<string, unknown>; query: URLSearchParams }) =>
  headers["x-amz-copy-source"] !== undefined && !query.has("X-Amz-Signature")
    ? { status: 501, code: "NotImplemented" }
    : undefined;

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
