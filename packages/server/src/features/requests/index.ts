import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readBase64url } from "../../platform/crypto/ids.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { type Attachment, namesOf } from "../access/attachment.ts";
import { authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { presentVisitor } from "../links/file-request.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { admit, type CreatorRightsOf } from "../links/visitor/admit.ts";
import { recordFileEvent } from "../outbox/file-event-queries.ts";
import { reject } from "../uploads/decide.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { transitionUpload } from "../uploads/transition.ts";
import { admitSender, findSent, type Visit, visitorUploads } from "./visitor-uploads.ts";

export type RequestVerbs = ReturnType<typeof createRequests>;

/** `creatorRightsOf`: by default, the service reads the role of the link's creator from the database. */
export function createRequests(
  deps: Deps,
  { starts, creatorRightsOf }: { starts: Allowance; creatorRightsOf?: CreatorRightsOf },
) {
  return {
    admitSender: admitSender(deps, { admit: admit(deps, creatorRightsOf) }),
    visitorUploads: visitorUploads(deps, starts),
    receipts: receipts(deps),
    reviewFile: reviewFile(deps),
  };
}

/**
 * Accepts or rejects a quarantined file. An accepted file becomes `ready`. The service deletes the object of a rejected file.
 * Throws `attachment_not_found`, `access_denied`, and `attachment_not_ready` for a file that is not quarantined.
 */
function reviewFile(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (
    caller: Caller,
    { attachmentId, decision }: { attachmentId: string; decision: "accept" | "reject" },
  ): Promise<Attachment> => {
    const reviewed = await db.transaction(async (tx) => {
      const attachment = await authoriseAttachment(tx, { caller, attachmentId, action: "attachment.review" });
      if (attachment.state !== "quarantined") throw notQuarantined(attachment);
      const upload = await uploadQueries(tx).findOfAttachment(attachmentId);
      if (decision === "reject") return { attachment, upload };
      const move = { attachmentId, uploadId: upload?.id, from: "quarantined", to: "ready" } as const;
      if (!(await transitionUpload(tx, move))) throw notQuarantined(await attachmentQueries(tx).find(attachmentId));
      const detail = { ...namesOf(attachment), sizeBytes: attachment.sizeBytes };
      const event = { id: newId(), caller, subject: aboutFile(attachment), at: clock(), detail };
      await auditQueries(tx).add(auditEvent("attachment.accepted", event));
      const accepted = { ...attachment, state: "ready" as const };
      const sent = await visitorFileQueries(tx).find(attachmentId);
      const visitor = sent && presentVisitor(sent);
      await recordFileEvent(tx, { id: newId(), kind: "ready", attachment: accepted, visitor, now: clock() });
      return { attachment: accepted, upload };
    });
    if (decision === "accept") return reviewed.attachment;
    const fault = { reason: "The recipient rejected it.", rejection: { code: "declined" as const } };
    const rejected = await reject(deps, { ...reviewed, fault, by: caller.userId });
    if (rejected?.state !== "rejected") throw notQuarantined(rejected);
    return rejected;
  };
}

function notQuarantined(attachment: Attachment | undefined): DomainError {
  if (attachment === undefined) return noSuch("attachment");
  return new DomainError(
    "attachment_not_ready",
    `Only a quarantined file is reviewed. This one is ${attachment.state}.`,
  );
}

/** A signed statement about a received file. `signature` is the Ed25519 signature of the UTF-8 bytes of `statement`, in base64url. */
export type Receipt = { statement: string; signature: string; keyId: string };

export type ReceiptKey = { keyId: string; publicKey: string };

/** The bytes of a PKCS #8 file before the 32 bytes of the Ed25519 private key (RFC 8410, section 7). */
const PKCS8_START = Buffer.from("302e020100300506032b657004220420", "hex");

/** Makes and verifies the receipts that visitors get for their files. A receipt proves only that the service received these bytes. */
export function receipts(deps: Deps) {
  const keys = deps.linkKeys.receipts.map(toKey);
  return {
    /** Makes the receipt for a file of this visitor. Throws `upload_not_found`, and `upload_incomplete` if bytes are still missing. */
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

    /** Returns whether this service signed the statement with the current key or an earlier key. */
    verify({ statement, signature, keyId }: Receipt): boolean {
      const key = keys.find((each) => each.keyId === keyId);
      const bytes = readBase64url(signature);
      return key !== undefined && bytes !== undefined && verify(null, Buffer.from(statement), key.publicKey, bytes);
    },

    /** Returns the public keys, the current key first. */
    keys: (): ReceiptKey[] =>
      keys.map(({ keyId, publicKey }) => ({
        keyId,
        publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      })),
  };
}

function toKey(seed: Uint8Array): { keyId: string; privateKey: KeyObject; publicKey: KeyObject } {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_START, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const keyId = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url")
    .slice(0, 16);
  return { keyId, privateKey, publicKey };
}
