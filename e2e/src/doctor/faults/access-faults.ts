import type { Change, Rule, Seen } from "../rewriting-proxy.ts";
import type { Fault } from "../stage.ts";

const DENIED: Change = { status: 403, code: "AccessDenied" };
const isOfObject = ({ path }: Seen) => /^\/files\/./.test(path);
const isOfParts = ({ query }: Seen) => query.has("uploadId") || query.has("uploads");
const isDelete = (seen: Seen) =>
  (seen.method === "DELETE" && !isOfParts(seen)) || (seen.method === "POST" && seen.query.has("delete"));

/** Simulates a bucket policy that refuses matching requests. */
const denying =
  (matches: (seen: Seen) => boolean): Rule =>
  (seen) =>
    matches(seen) ? DENIED : undefined;

/** Simulates a bucket policy that refuses signatures that are older than this (`s3:signatureAge`). */
const withCeiling = (seconds: number): Rule => denying(({ query }) => ageSeconds(query) > seconds);

function ageSeconds(query: URLSearchParams): number {
  const [, date = ""] = /^(\d{8}T\d{6})Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  const signedAt = Date.parse(date.replace(/(....)(..)(..T..)(..)(..)/, "$1-$2-$3:$4:$5Z"));
  return Number.isNaN(signedAt) ? 0 : (Date.now() - signedAt) / 1000;
}

const permission = (id: Fault["id"], without: string, matches: (seen: Seen) => boolean): Fault => ({
  fault: `the policy lacks ${without}`,
  setup: "fault proxy",
  id,
  arrange: ({ behind }) => behind(denying((seen) => seen.isSigned && matches(seen))),
});

/** Faults in bucket policies and public access. */
export const accessFaults: readonly Fault[] = [
  permission("permission-put", "s3:PutObject", ({ method }) => method === "PUT"),
  permission("permission-get", "s3:GetObject", (seen) => seen.method === "GET" && isOfObject(seen) && !isOfParts(seen)),
  permission("permission-delete", "s3:DeleteObject", isDelete),
  permission("permission-list", "s3:ListBucket", ({ query }) => query.has("list-type")),
  permission("permission-abort", "s3:AbortMultipartUpload", (seen) => seen.method === "DELETE" && isOfParts(seen)),
  permission(
    "permission-list-parts",
    "s3:ListMultipartUploadParts",
    (seen) => seen.method === "GET" && seen.query.has("uploadId"),
  ),
  permission(
    "permission-list-uploads",
    "s3:ListBucketMultipartUploads",
    (seen) => seen.method === "GET" && seen.query.has("uploads"),
  ),
  {
    fault: "anyone can list the bucket",
    setup: "fault proxy",
    id: "anonymous-list",
    arrange: ({ behind }) =>
      behind(({ isSigned, query }) =>
        !isSigned && query.has("list-type")
          ? { status: 200, body: "<ListBucketResult></ListBucketResult>" }
          : undefined,
      ),
  },
  {
    fault: "anyone can read an object",
    setup: "fault proxy",
    id: "anonymous-read",
    arrange: ({ behind }) =>
      behind((seen) =>
        !seen.isSigned && seen.method === "GET" && isOfObject(seen) ? { status: 200, body: "valetkey" } : undefined,
      ),
  },
  {
    fault: "anyone can write an object",
    setup: "fault proxy",
    id: "anonymous-write",
    arrange: ({ behind }) =>
      behind(({ isSigned, method }) => (!isSigned && method === "PUT" ? { status: 200 } : undefined)),
  },
  {
    fault: "the ceiling on signatures is 5 minutes",
    setup: "fault proxy",
    id: "signature-age-uploads",
    arrange: ({ behind }) => behind(withCeiling(300)),
  },
  {
    fault: "the ceiling on signatures is an hour",
    setup: "fault proxy",
    id: "signature-age-downloads",
    arrange: ({ behind }) => behind(withCeiling(3_600)),
  },
];
