import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readBase64url } from "../../platform/crypto/ids.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { findSent, type Visit } from "./visitor-uploads.ts";

/** A signed statement about a received file. `signature` is the Ed25519 signature of the UTF-8 bytes of `statement`, in base64url. */
export type Receipt = { statement: string; signature: string; keyId: string };
export type ReceiptKey = { keyId: string; publicKey: string };

type Key = { keyId: string; privateKey: KeyObject; publicKey: KeyObject };

/** The bytes of a PKCS #8 file before the 32 bytes of the Ed25519 private key (RFC 8410, section 7). */
const PKCS8_START = Buffer.from("302e020100300506032b657004220420", "hex");

/** Makes and verifies the receipts that visitors get for their files. A receipt says only that the service received these bytes. */
export function receipts(deps: Deps) {
  const keys = deps.linkKeys.receipts.map(toKey);
  return {
    /**
     * Makes the receipt for a file that this visitor sent. Throws `upload_not_found`, and `upload_incomplete` if the upload is not complete
     * yet.
     */
    async issue(visit: Visit, { uploadId, issuer }: { uploadId: string; issuer: string }): Promise<Receipt> {
      const { attachment, file } = await findSent(deps.db, { visit, uploadId });
      const [key] = keys;
      if (key === undefined) throw new Error("a receipt needs a key");
      if (file.receivedAt === undefined) {
        throw new DomainError("upload_incomplete", "The file is not complete yet. Complete the upload first.");
      }
      const statement = JSON.stringify({
        requestId: file.linkId,
        filename: attachment.filename,
        sizeBytes: attachment.sizeBytes,
        sha256: attachment.checksum?.value ?? null,
        receivedAt: new Date(file.receivedAt).toISOString(),
        issuer,
      });
      const signature = sign(null, Buffer.from(statement), key.privateKey).toString("base64url");
      return { statement, signature, keyId: key.keyId };
    },

    /** Returns whether this service signed the statement, with the current key or an earlier one. */
    verify({ statement, signature, keyId }: Receipt): boolean {
      const key = keys.find((each) => each.keyId === keyId);
      const bytes = readBase64url(signature);
      return key !== undefined && bytes !== undefined && verify(null, Buffer.from(statement), key.publicKey, bytes);
    },

    /** Returns the public keys. The current one is first. */
    keys: (): ReceiptKey[] =>
      keys.map(({ keyId, publicKey }) => ({
        keyId,
        publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      })),
  };
}

function toKey(seed: Uint8Array): Key {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_START, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const keyId = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url")
    .slice(0, 16);
  return { keyId, privateKey, publicKey };
}
