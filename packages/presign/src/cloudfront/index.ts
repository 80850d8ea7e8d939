/*
 * CloudFront has a separate entry point, which imports node:crypto. Browsers must be able to load the main entry point, which contains a
 * SHA-256 for browsers. The main entry point contains no RSA and no ECDSA, because their code is large, and browsers must never have the
 * private key for CloudFront.
 */
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { encodeResponse } from "../encode.ts";
import { PresignError } from "../errors.ts";
import { signingSecondOf } from "../lifetime.ts";
import { encodedKeyOf, parseEndpoint } from "../target.ts";
import type { GetOptions, ObjectName, PresignedRequest, SigningOptions } from "../types.ts";

/**
 * The CloudFront distribution, and the key pair that the distribution trusts.
 *
 * `distribution`: the URL of the distribution, without a path. `keyPairId`: the id of the public key in the key group of the distribution.
 * `privateKey`: RSA with 2048 bits, or ECDSA on P-256, in PEM format. An ECDSA signature takes a tenth of the time of an RSA signature.
 * `hash`: the hash algorithm of the signature, by default `sha1`, which is also the default of CloudFront.
 */
export type CloudFrontOptions = {
  readonly distribution: string;
  readonly keyPairId: string;
  readonly privateKey: string;
  readonly hash?: "sha1" | "sha256" | undefined;
};

/**
 * The options of `presignGet`, with the same meaning as for a presigner of S3 URLs.
 *
 * `ipAddress`: an IPv4 address or range. CloudFront then refuses all other IP addresses. Without `ipAddress`, CloudFront accepts every
 * client.
 */
export type CloudFrontGetOptions = ObjectName &
  Pick<SigningOptions, "expiresInSeconds" | "now"> &
  Pick<GetOptions, "response" | "cacheWindowSeconds"> & { readonly ipAddress?: string | undefined };

/** Signs URLs for downloads from one CloudFront distribution. All methods are synchronous, use no clock, and throw only PresignError. */
export type CloudFrontSigner = {
  /** The origin of all URLs of the signer. */
  readonly origin: string;
  presignGet(options: CloudFrontGetOptions): PresignedRequest;
};

const KEY_PAIR_ID = /^[A-Za-z0-9]+$/;
const URL_SAFE: Record<string, string> = { "+": "-", "=": "_", "/": "~" };

/**
 * Makes a signer for a CloudFront distribution whose origin is a bucket.
 *
 * A URL for one `ipAddress` contains a custom policy. All other URLs have a canned policy. Throws PresignError `invalid_target` and
 * `invalid_credentials`. Source: Amazon CloudFront "Use signed URLs".
 *
 * @example
 * ```ts
 * import { generateKeyPairSync } from "node:crypto";
 * import { createCloudFrontSigner } from "@valetkey/presign/cloudfront";
 *
 * const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
 * const signer = createCloudFrontSigner({
 *   distribution: "https://d111111abcdef8.cloudfront.net",
 *   keyPairId: "K2JCJMDEHXQW5F",
 *   privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
 * });
 * const { url } = signer.presignGet({ key: "reports/2026.pdf", expiresInSeconds: 60, now: Date.now() });
 * console.log(new URL(url).pathname); // /reports/2026.pdf
 * ```
 */
export function createCloudFrontSigner(options: CloudFrontOptions): CloudFrontSigner {
  const { origin } = parseDistribution(options.distribution);
  const { keyPairId, hash = "sha1" } = options;
  if (typeof keyPairId !== "string" || !KEY_PAIR_ID.test(keyPairId)) {
    throw new PresignError("invalid_credentials", "keyPairId is not the id of a public key, such as K2JCJMDEHXQW5F");
  }
  const key = parsePrivateKey(options.privateKey);
  const ending = hash === "sha256" ? "&Hash-Algorithm=SHA256" : "";
  return {
    origin,
    presignGet(request) {
      const { expiresInSeconds, ipAddress, cacheWindowSeconds } = request;
      const expiresAtSecond = signingSecondOf(request, cacheWindowSeconds) + expiresInSeconds;
      const resource = `${origin}/${encodedKeyOf(request)}${queryOf(request)}`;
      const policy = policyOf({ resource, expiresAtSecond, ipAddress });
      // A URL does not contain its canned policy, because CloudFront computes it from the URL and the expiry.
      const grant = ipAddress === undefined ? `Expires=${expiresAtSecond}` : `Policy=${toUrlSafe(Buffer.from(policy))}`;
      const signature = toUrlSafe(signed(policy, { hash, key }));
      const start = `${resource}${resource.includes("?") ? "&" : "?"}${grant}`;
      const url = `${start}&Key-Pair-Id=${keyPairId}&Signature=${signature}${ending}`;
      return { method: "GET", url, headers: {}, expiresAt: expiresAtSecond * 1000 };
    },
  };
}

function parseDistribution(distribution: string): URL {
  const url = parseEndpoint(distribution);
  if (url.pathname === "/") return url;
  throw new PresignError("invalid_target", "The distribution has a path, which is not supported");
}

function queryOf({ response }: CloudFrontGetOptions): string {
  if (response === undefined) return "";
  const encoded = typeof response === "string" ? response : encodeResponse(response);
  return encoded === "" ? "" : `?${encoded.slice(1)}`;
}

function signed(policy: string, { hash, key }: { hash: string; key: KeyObject }): Buffer {
  return sign(hash, Buffer.from(policy), key);
}

/** Encodes bytes in base64 with CloudFront's characters for `+`, `=` and `/`. */
function toUrlSafe(bytes: Buffer): string {
  return bytes.toString("base64").replace(/[+=/]/g, (character) => URL_SAFE[character] as string);
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4_RANGE = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}(?:/(?:3[0-2]|[12]?\\d))?$`);

/** `expiresAtSecond`: in seconds since 1970. `ipAddress`: an IPv4 address or range. */
type PolicyOptions = { resource: string; expiresAtSecond: number; ipAddress: string | undefined };

/**
 * Returns a CloudFront policy as JSON without white space, which is the text to sign.
 *
 * Throws PresignError `invalid_ip_address`. Source: Amazon CloudFront "Create a signed URL using a custom policy".
 */
function policyOf({ resource, expiresAtSecond, ipAddress }: PolicyOptions): string {
  const dateLessThan = { "AWS:EpochTime": expiresAtSecond };
  const condition =
    ipAddress === undefined
      ? { DateLessThan: dateLessThan }
      : { DateLessThan: dateLessThan, IpAddress: { "AWS:SourceIp": rangeOf(ipAddress) } };
  return JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
}

function rangeOf(ipAddress: string): string {
  if (typeof ipAddress !== "string" || !IPV4_RANGE.test(ipAddress)) {
    throw new PresignError(
      "invalid_ip_address",
      "ipAddress is not an IPv4 address or range, and CloudFront takes no other",
    );
  }
  return ipAddress.includes("/") ? ipAddress : `${ipAddress}/32`;
}

const RSA_BITS = 2048;

/**
 * Parses a private key in PEM format. Throws PresignError `invalid_credentials`.
 *
 * CloudFront accepts only RSA keys with 2048 bits and ECDSA keys on P-256. Source: Amazon CloudFront API, PublicKeyConfig.
 */
function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The message of the parser could contain the key, so the error does not include it.
    throw new PresignError("invalid_credentials", "The private key is not an unencrypted private key in PEM format");
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isRsa = type === "rsa" && details?.modulusLength === RSA_BITS;
  if (isRsa || (type === "ec" && details?.namedCurve === "prime256v1")) return key;
  throw new PresignError("invalid_credentials", "The private key is neither RSA with 2048 bits nor ECDSA on P-256");
}
