import { hmacSha256, sha256Hex, toHex } from "../sha256.ts";
import { deriveSigningKey } from "../signature.ts";
import type { Authorization } from "./authorization.ts";
import { type Refusal, refuse } from "./request-target.ts";

/** The secret of an access key, and the session token of temporary credentials. */
export type VerifierCredentials = { secretAccessKey: string; sessionToken?: string };

/** The credentials and the region that a verifier accepts. */
export type VerifierOptions = {
  region: string;
  /** Returns undefined for an unknown access key. */
  findCredentials: (accessKeyId: string) => VerifierCredentials | undefined;
};

/**
 * The signer that a request names, before its signature is verified. `kind`: the location of the signature, which is the query, a header or
 * a form.
 */
export type Signer = Pick<Authorization, "accessKeyId" | "scope" | "dateTime" | "sessionToken"> & {
  kind: Authorization["kind"] | "form";
};

const MAX_CACHED_KEYS = 64;
const MALFORMED = {
  query: { code: "AuthorizationQueryParametersError", where: "Error parsing the X-Amz-Credential parameter" },
  header: { code: "AuthorizationHeaderMalformed", where: "The authorization header is malformed" },
  form: { code: "InvalidArgument", where: "Error parsing the X-Amz-Credential field" },
} as const;

/** Refuses a credential scope for another day, region or service. */
export function checkScope(signer: Signer, region: string): Refusal | undefined {
  const { scope } = signer;
  const wrong = (what: string, expected: string) => {
    const { code, where } = MALFORMED[signer.kind];
    const details: Record<string, string> = what === "region" ? { Region: region } : {};
    return refuse(400, code, { message: `${where}; the ${what} is wrong; expecting '${expected}'`, details });
  };
  const day = signer.dateTime.slice(0, 8);
  if (scope.date !== day) return wrong("date", day);
  if (scope.region !== region) return wrong("region", region);
  if (scope.service !== "s3") return wrong("service", "s3");
  if (scope.terminator !== "aws4_request") return wrong("terminator", "aws4_request");
  return undefined;
}

/** Refuses an unknown access key, and a session token that does not belong to the access key. */
export function checkCredentials(signer: Signer, known: VerifierCredentials | undefined): Refusal | undefined {
  if (known === undefined) {
    return refuse(403, "InvalidAccessKeyId", {
      message: "The AWS Access Key Id you provided does not exist in our records.",
      details: { AWSAccessKeyId: signer.accessKeyId },
    });
  }
  if (equalInConstantTime(signer.sessionToken ?? "", known.sessionToken ?? "")) return undefined;
  return refuse(400, "InvalidToken", { message: "The provided token is malformed or otherwise invalid." });
}

/** Makes a function that derives and caches the signing keys of a region. */
export function cachedSigningKeys(region: string): (date: string, secretAccessKey: string) => Uint8Array {
  const keys = new Map<string, Uint8Array>();
  return (date, secretAccessKey) => {
    const id = `${date}/${secretAccessKey}`;
    const known = keys.get(id);
    if (known !== undefined) return known;
    const key = deriveSigningKey({ date, region, service: "s3", secretAccessKey });
    if (keys.size >= MAX_CACHED_KEYS) keys.clear();
    keys.set(id, key);
    return key;
  };
}

/** The values on which a signature depends. `dateTime`: in the form yyyymmddThhmmssZ. `scope`: in the form date/region/s3/aws4_request. */
export type SigningContext = { dateTime: string; scope: string; signingKey: Uint8Array };

export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Signs a text in which each character stands for one byte. Returns the signature in lowercase hex. */
export function sign(stringToSign: string, signingKey: Uint8Array): string {
  return toHex(hmacSha256(signingKey, latin1(stringToSign)));
}

/** Builds the string to sign from a canonical request in which each character stands for one byte. */
export function stringToSign(canonicalRequest: string, context: SigningContext): string {
  return `AWS4-HMAC-SHA256\n${context.dateTime}\n${context.scope}\n${sha256Hex(latin1(canonicalRequest))}`;
}

export function signatureDoesNotMatch(signed: { accessKeyId: string; signature: string }, text: string) {
  return refuse(403, "SignatureDoesNotMatch", {
    message:
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    details: { AWSAccessKeyId: signed.accessKeyId, StringToSign: text, SignatureProvided: signed.signature },
  });
}

/** Compares two texts in constant time: the duration depends only on the lengths of the texts. */
export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}

/** Converts a text to bytes, one byte for each character. In the targets and headers of node:http, each character stands for one byte. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
