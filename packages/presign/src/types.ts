import type { EncodedKey } from "./encode.ts";
import type { EncodedResponse, ResponseOverrides } from "./response-overrides.ts";

/**
 * Who signs.
 *
 * `expiration`, when the source of the credentials tells it, is the instant at which temporary credentials and every URL
 * signed with them die. Values of the AWS SDK's credential providers fit this type.
 */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
};

/**
 * Where the objects are, as the client of a URL will reach them.
 *
 * `endpoint` unset means AWS, in the partition of the region; else an http or https URL, its base path kept.
 * The bucket becomes part of the host name (virtual-hosted style) unless it has dots, capitals or underscores, is shorter than 3
 * characters, the endpoint is an IP address, or `forcePathStyle` is true (default false).
 */
export type PresignTarget = {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
};

/** The object, by its key as text, or by the encoded key that encodeKey returned earlier: exactly one of the two. */
export type ObjectName =
  | { readonly key: string; readonly encodedKey?: never }
  | { readonly key?: never; readonly encodedKey: EncodedKey };

/** What every signature needs besides the object. */
export type SigningOptions = {
  readonly credentials: Credentials;
  /** Whole seconds, 1 to 604,800. */
  readonly expiresInSeconds: number;
  /** Milliseconds since the epoch; the signature counts from the whole second. */
  readonly now: number;
};

/**
 * What every presigned request needs.
 *
 * `headers` are signed and must be sent as returned. `x-amz-*` among them move into the query, except server-side encryption and
 * checksum values, which the bucket only honours as headers.
 */
export type PresignOptions = ObjectName & SigningOptions & { readonly headers?: Readonly<Record<string, string>> };

export type VersionedOptions = PresignOptions & { readonly versionId?: string | undefined };

/**
 * Options of presignGet.
 *
 * `cacheWindowSeconds` (whole seconds, 1 to half of expiresInSeconds; off when unset) makes the same URL come back within each
 * window of the clock, so that browsers and CDNs can cache: such a URL lives at least half and at most the whole expiresInSeconds.
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

/** Why a result lives shorter than was asked. */
export type PresignWarning = "credentials_expire_first";

/**
 * A request that anyone who holds it may make, once or often, until `expiresAt`.
 *
 * `headers` are exactly those that must be sent, besides host. `expiresAt` is in milliseconds since the epoch and is the true one:
 * it is earlier than asked, and `warning` says why, when the credentials die first.
 */
export type PresignedRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  expiresAt: number;
  warning?: PresignWarning;
};

/** A form that a browser may post, the file last, until `expiresAt` (milliseconds since the epoch). */
export type PresignedPost = {
  url: string;
  fields: Record<string, string>;
  expiresAt: number;
  warning?: PresignWarning;
};

/**
 * Signs requests to one bucket: synchronous, without I/O and without a clock.
 *
 * Every method throws PresignError and nothing else.
 * Source: AWS "Authenticating requests: using query parameters (AWS Signature Version 4)".
 */
export type Presigner = {
  /** What every URL of this presigner begins with: scheme, host, and the port unless it is the scheme's own. For a page's Content-Security-Policy. */
  readonly origin: string;
  presignGet(options: GetOptions): PresignedRequest;
  presignHead(options: VersionedOptions): PresignedRequest;
  presignPut(options: PresignOptions): PresignedRequest;
  presignDelete(options: VersionedOptions): PresignedRequest;
  /** `partNumber` is whole, 1 to 10,000. */
  presignUploadPart(options: UploadPartOptions): PresignedRequest;
  presignPost(options: PostOptions): PresignedPost;
};
