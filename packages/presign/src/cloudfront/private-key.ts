import { createPrivateKey, type KeyObject } from "node:crypto";
import { PresignError } from "../errors.ts";

const RSA_BITS = 2048;

/**
 * Parses a private key in PEM. Throws PresignError `invalid_credentials`.
 *
 * CloudFront verifies with RSA 2048 or ECDSA P-256. Source: Amazon CloudFront API, PublicKeyConfig.
 */
export function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The message does not repeat the message of the parser, which may contain the key.
    throw new PresignError("invalid_credentials", "The private key is not an unencrypted private key in PEM format");
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isRsa = type === "rsa" && details?.modulusLength === RSA_BITS;
  if (isRsa || (type === "ec" && details?.namedCurve === "prime256v1")) return key;
  throw new PresignError("invalid_credentials", "The private key is neither RSA with 2048 bits nor ECDSA on P-256");
}
