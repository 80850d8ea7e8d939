import type { EncodedKey, EncodedResponse, ResponseOverrides } from "./encode.ts";

/**
 * The credentials for a signature. Credentials from the AWS SDK also have this type.
 *
 * `expiration`: the instant at which temporary credentials expire. Their URLs expire at this instant at the latest.
 */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
};

/**
 * The bucket, and the endpoint to which a client sends the signed request.
 *
 * `endpoint`: an http or https URL, which can have a base path. Default: AWS, in the partition of the region. The host name contains the
 * bucket, unless `forcePathStyle` is true (default false). The path always contains the bucket if the endpoint is an IP address, or if the
 * bucket has dots, capitals, underscores or under 3 characters.
 */
export type PresignTarget = {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
};

/** The name of an object: either its key, or the encoded key from `encodeKey`. */
export type ObjectName =
  | { readonly key: string; readonly encodedKey?: never }
  | { readonly key?: never; readonly encodedKey: EncodedKey };

/** The options of every signature. */
export type SigningOptions = {
  readonly credentials: Credentials;
  /** The lifetime of the signature in whole seconds, from 1 to 604,800. */
  readonly expiresInSeconds: number;
  /** The instant of signing, in milliseconds since 1970. The lifetime starts at the beginning of its second. */
  readonly now: number;
};

/**
 * The options of every presigned request.
 *
 * The signature covers all `headers`. Most `x-amz-*` headers move into the query of the URL. Headers for server-side encryption and
 * checksums stay headers, because the bucket ignores them in the query. The client must send the headers that the presign function returns.
 */
export type PresignOptions = ObjectName & SigningOptions & { readonly headers?: Readonly<Record<string, string>> };

export type VersionedOptions = PresignOptions & { readonly versionId?: string | undefined };

/**
 * The options of presignGet.
 *
 * `cacheWindowSeconds` divides time into windows of equal length. Within a window, `presignGet` returns the same URL for an object, so
 * browsers and CDNs can cache the response. Each returned URL is still valid for at least half of `expiresInSeconds`. Range: a whole number
 * from 1 to half of `expiresInSeconds`. Default: no cache window.
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

/** If the key ends with `${filename}`, the client chooses the rest of the key. */
export type PostOptions = SigningOptions & {
  readonly key: string;
  readonly conditions?: readonly PolicyCondition[] | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
};

/** Why a lifetime is shorter than the caller requested. */
export type PresignWarning = "credentials_expire_first";

/**
 * A presigned request. Anyone who has the URL can send the request any number of times until `expiresAt`.
 *
 * `headers`: the headers that the client must send in addition to `host`. `expiresAt`: in milliseconds since 1970. If the credentials
 * expire first, `expiresAt` is earlier than requested, and `warning` is set.
 */
export type PresignedRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  expiresAt: number;
  warning?: PresignWarning;
};

/** A form that a browser can post until `expiresAt` (in milliseconds since 1970). The file must be the last field of the form. */
export type PresignedPost = {
  url: string;
  fields: Record<string, string>;
  expiresAt: number;
  warning?: PresignWarning;
};

/**
 * Signs requests to one bucket.
 *
 * All methods are synchronous, use no I/O and no clock, and throw only PresignError. Source: AWS "Authenticating requests: using query
 * parameters (AWS Signature Version 4)".
 */
export type Presigner = {
  /** The origin of all URLs of the presigner. A page with presigned URLs may need this origin in its Content-Security-Policy. */
  readonly origin: string;
  presignGet(options: GetOptions): PresignedRequest;
  presignHead(options: VersionedOptions): PresignedRequest;
  presignPut(options: PresignOptions): PresignedRequest;
  presignDelete(options: VersionedOptions): PresignedRequest;
  /** `partNumber`: a whole number from 1 to 10,000. */
  presignUploadPart(options: UploadPartOptions): PresignedRequest;
  presignPost(options: PostOptions): PresignedPost;
};
