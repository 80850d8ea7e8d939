/*
 * The CloudFront entry point is separate, because the entry point imports node:crypto, and browsers must be able to load the main entry
 * point. For browsers, the package `@valetkey/presign` contains an implementation of SHA-256. The package contains no code for RSA and
 * ECDSA, because the code is large and browsers must never have the private key of CloudFront.
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
 * The member `distribution` is the URL of the distribution, without a path. The member `keyPairId` is the id of the public key in the key
 * group of the distribution. The member `privateKey` is in PEM format: RSA with 2048 bits, or ECDSA on P-256. An ECDSA signature takes a
 * tenth of the time of an RSA signature. The member `hash` is the hash algorithm of the signature. The default of `hash` is `sha1`, which
 * is also the default of CloudFront.
 */
export type CloudFrontOptions = {
  readonly distribution: string;
  readonly keyPairId: string;
  readonly privateKey: string;
  readonly hash?: "sha1" | "sha256" | undefined;
};

/**
 * The options of presignGet, with the meaning that the options of a presigner have.
 *
 * The member `ipAddress` is an IPv4 address or range. With `ipAddress`, CloudFront refuses all other IP addresses. Without `ipAddress`,
 * CloudFront accepts every client.
 */
export type CloudFrontGetOptions = ObjectName &
  Pick<SigningOptions, "expiresInSeconds" | "now"> &
  Pick<GetOptions, "response" | "cacheWindowSeconds"> & { readonly ipAddress?: string | undefined };

/**
 * Signs URLs for downloads from one CloudFront distribution. The methods of the signer use no I/O and no clock, and throw only
 * PresignError.
 */
export type CloudFrontSigner = {
  /** The origin of every URL that the signer makes. */
  readonly origin: string;
  presignGet(options: CloudFrontGetOptions): PresignedRequest;
};

const KEY_PAIR_ID = /^[A-Za-z0-9]+$/;
const URL_SAFE: Record<string, string> = { "+": "-", "=": "_", "/": "~" };

/**
 * Makes a signer for a CloudFront distribution whose origin is a bucket.
 *
 * If the options have an `ipAddress`, the URL contains a custom policy. Without an `ipAddress`, the URL has a canned policy.
 * Throws PresignError `invalid_target` and `invalid_credentials`. Source: Amazon CloudFront "Use signed URLs".
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
      // The URL does not contain a canned policy, because CloudFront can compute the policy from the URL and the expiry.
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

/** Encodes bytes as base64, with the characters that CloudFront uses instead of `+`, `=` and `/`. */
function toUrlSafe(bytes: Buffer): string {
  return bytes.toString("base64").replace(/[+=/]/g, (character) => URL_SAFE[character] as string);
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4_RANGE = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}(?:/(?:3[0-2]|[12]?\\d))?$`);

/** The member `expiresAtSecond` is in seconds since the epoch. The member `ipAddress` is an IPv4 address or range. */
type PolicyOptions = { resource: string; expiresAtSecond: number; ipAddress: string | undefined };

/**
 * Writes the JSON text of a CloudFront policy, without white space. The signature covers the JSON text of the policy.
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
 * Parses a private key in PEM. Throws PresignError `invalid_credentials`.
 *
 * CloudFront accepts only RSA keys with 2048 bits and ECDSA keys on P-256. Source: Amazon CloudFront API, PublicKeyConfig.
 */
function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The error does not repeat the message of the parser, because the parser's message may contain the key.
    throw new PresignError("invalid_credentials", "The private key is not an unencrypted private key in PEM format");
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isRsa = type === "rsa" && details?.modulusLength === RSA_BITS;
  if (isRsa || (type === "ec" && details?.namedCurve === "prime256v1")) return key;
  throw new PresignError("invalid_credentials", "The private key is neither RSA with 2048 bits nor ECDSA on P-256");
}
