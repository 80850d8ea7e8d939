import type { EncodedKey } from "./encode.ts";
import type { EncodedResponse, ResponseOverrides } from "./response-overrides.ts";

/**
 * The credentials that sign. Credentials of the AWS SDK have this type.
 *
 * `expiration` is the instant at which temporary credentials expire. Every URL that they signed expires at the latest at that instant.
 */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
};

/**
 * The bucket and the endpoint that the clients of a URL call.
 *
 * `endpoint` is an http or https URL, which can have a base path. Default: AWS, in the partition of the region. The bucket becomes part
 * of the host name, unless `forcePathStyle` is true (default false).
 * The bucket stays in the path if its name has dots, capitals, underscores or under 3 characters, or if the endpoint is an IP address.
 */
export type PresignTarget = {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
};

/** The object. Pass its key, or the encoded key that encodeKey returned, but not both. */
export type ObjectName =
  | { readonly key: string; readonly encodedKey?: never }
  | { readonly key?: never; readonly encodedKey: EncodedKey };

/** The options of every signature. */
export type SigningOptions = {
  readonly credentials: Credentials;
  /** Whole seconds, 1 to 604,800. */
  readonly expiresInSeconds: number;
  /** Milliseconds since the epoch. The lifetime starts at the whole second. */
  readonly now: number;
};

/**
 * The options of every presigned request.
 *
 * `headers` are signed, and the client must send them as returned. `x-amz-*` headers move into the query. Headers for server-side
 * encryption and checksums stay headers, because the bucket ignores them in the query.
 */
export type PresignOptions = ObjectName & SigningOptions & { readonly headers?: Readonly<Record<string, string>> };

export type VersionedOptions = PresignOptions & { readonly versionId?: string | undefined };

/**
 * Options of presignGet.
 *
 * With `cacheWindowSeconds`, presignGet returns the same URL within each window of the clock, so that browsers and CDNs can cache.
 * Whole seconds, 1 to half of expiresInSeconds. Default: off. Such a URL is valid for at least half of expiresInSeconds.
 */
export type GetOptions = VersionedOptions & {
  readonly response?: ResponseOverrides | EncodedResponse | undefined;
  readonly cacheWindowSeconds?: number | undefined;
};

export type UploadPartOptions = PresignOptions & { readonly uploadId: string; readonly partNumber: number };

/** One condition of a POST policy. Source: Amazon S3 "POST policy", condition matching. */
export type PolicyCondition =
  | Readonly<Record<string, string>>
  | readonly ["eq" | "starts-with", string, string]
  | readonly ["content-length-range", number, number];

/** A key that ends in `${filename}` lets the client choose the rest of the key. */
export type PostOptions = SigningOptions & {
  readonly key: string;
  readonly conditions?: readonly PolicyCondition[] | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
};

/** Why the lifetime is shorter than requested. */
export type PresignWarning = "credentials_expire_first";

/**
 * A request that everyone who has it may send, any number of times, until `expiresAt`.
 *
 * `headers` are the headers that the client must send, besides host. `expiresAt` is in milliseconds since the epoch. If the credentials
 * expire first, `expiresAt` is earlier than requested and there is a `warning`.
 */
export type PresignedRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  expiresAt: number;
  warning?: PresignWarning;
};

/** A form that a browser may post until `expiresAt` (milliseconds since the epoch). The file must be the last field. */
export type PresignedPost = {
  url: string;
  fields: Record<string, string>;
  expiresAt: number;
  warning?: PresignWarning;
};

/**
 * Signs requests to one bucket. It is synchronous and uses no I/O and no clock.
 *
 * Every method throws only PresignError.
 * Source: AWS "Authenticating requests: using query parameters (AWS Signature Version 4)".
 */
export type Presigner = {
  /** The origin of every URL of this presigner, for example for the Content-Security-Policy of a page. */
  readonly origin: string;
  presignGet(options: GetOptions): PresignedRequest;
  presignHead(options: VersionedOptions): PresignedRequest;
  presignPut(options: PresignOptions): PresignedRequest;
  presignDelete(options: VersionedOptions): PresignedRequest;
  /** `partNumber` is a whole number, 1 to 10,000. */
  presignUploadPart(options: UploadPartOptions): PresignedRequest;
  presignPost(options: PostOptions): PresignedPost;
};
