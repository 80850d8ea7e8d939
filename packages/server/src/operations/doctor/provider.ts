/** The kind of S3 server. The remedy for a fault depends on the provider. */
export type Provider =
  | "aws"
  | "r2"
  | "b2"
  | "google"
  | "wasabi"
  | "spaces"
  | "hetzner"
  | "minio"
  | "garage"
  | "seaweedfs"
  | "ceph"
  | "swift"
  | "embedded"
  | "other";

const BY_HOST: readonly [RegExp, Provider][] = [
  [/(^|\.)amazonaws\.com(\.cn)?$/, "aws"],
  [/\.r2\.cloudflarestorage\.com$/, "r2"],
  [/\.backblazeb2\.com$/, "b2"],
  [/(^|\.)storage\.googleapis\.com$/, "google"],
  [/\.wasabisys\.com$/, "wasabi"],
  [/\.digitaloceanspaces\.com$/, "spaces"],
  [/\.your-objectstorage\.com$/, "hetzner"],
];
const BY_SERVER: readonly [RegExp, Provider][] = [
  [/^MinIO/i, "minio"],
  [/^Garage/i, "garage"],
  [/^SeaweedFS/i, "seaweedfs"],
  [/^Ceph/i, "ceph"],
];

/** Recognises the provider by its endpoint, and then by the headers of a response. Without an `endpoint`, the provider is AWS. */
export function recogniseProvider({
  endpoint,
  headers,
}: {
  endpoint: string | undefined;
  headers?: Headers;
}): Provider {
  if (endpoint === undefined) return "aws";
  const { hostname } = new URL(endpoint);
  const byHost = BY_HOST.find(([pattern]) => pattern.test(hostname))?.[1];
  if (byHost !== undefined) return byHost;
  const server = headers?.get("server") ?? "";
  const byServer = BY_SERVER.find(([pattern]) => pattern.test(server))?.[1];
  if (byServer !== undefined) return byServer;
  // Only Swift sends this header, which contains the id of a transaction. The request ids of Ceph RGW also start with `tx`, but they
  // contain the name of a zone.
  if (headers?.has("x-trans-id") === true) return "swift";
  if (/^tx[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-/.test(headers?.get("x-amz-request-id") ?? "")) return "ceph";
  return "other";
}
