import { deriveSigningKey } from "../signing-key.ts";
import type { Authorization } from "./authorization.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { equalInConstantTime } from "./signature.ts";

/** The secret of an access key, and the session token of a temporary key. */
export type VerifierCredentials = { secretAccessKey: string; sessionToken?: string };

/** Says which credentials and which region a verifier accepts. */
export type VerifierOptions = {
  region: string;
  /** Returns undefined for an unknown access key. */
  findCredentials: (accessKeyId: string) => VerifierCredentials | undefined;
};

/** The signer that a request names, not yet verified. `kind` says where the signature is: in the query, a header or a form. */
export type Signer = Pick<Authorization, "accessKeyId" | "scope" | "dateTime" | "sessionToken"> & {
  kind: Authorization["kind"] | "form";
};

const MAX_CACHED_KEYS = 64;
const MALFORMED = {
  query: { code: "AuthorizationQueryParametersError", where: "Error parsing the X-Amz-Credential parameter" },
  header: { code: "AuthorizationHeaderMalformed", where: "The authorization header is malformed" },
  form: { code: "InvalidArgument", where: "Error parsing the X-Amz-Credential field" },
} as const;

/** Refuses a credential scope that is for another day, region or service. */
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
