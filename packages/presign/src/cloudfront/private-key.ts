import { createPrivateKey, type KeyObject } from "node:crypto";
import { PresignError } from "../errors.ts";

const RSA_BITS = 2048;

/**
 * Parses a private key in PEM. Throws PresignError `invalid_credentials`.
 *
 * CloudFront accepts only RSA keys with 2048 bits and ECDSA keys on P-256. Source: Amazon CloudFront API, PublicKeyConfig.
 */
export function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The error does not repeat the message of the parser, because that message may contain the key.
    throw new PresignError("invalid_credentials", "The private key is not an unencrypted private key in PEM format");
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isRsa = type === "rsa" && details?.modulusLength === RSA_BITS;
  if (isRsa || (type === "ec" && details?.namedCurve === "prime256v1")) return key;
  throw new PresignError("invalid_credentials", "The private key is neither RSA with 2048 bits nor ECDSA on P-256");
}
