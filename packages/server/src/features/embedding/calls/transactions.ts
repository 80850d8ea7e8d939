import { createJoin } from "../../../platform/database/postgres/application-transaction.ts";
import { DomainError } from "../../../platform/errors.ts";
import { checkUser } from "../http/handler.ts";
import { APPLICATION, callerOf, checkItem, presentFile } from "../items.ts";
import { type CallContext, checkFileId } from "./context.ts";
import type { ApplicationTransaction, StagedRef, TransactionCalls } from "./types.ts";

/**
 * Creates the calls that run in a transaction of the application. These calls never call `may`, because `may` can run a query on another
 * connection. This query could then wait for a lock or the connection of the transaction, and the transaction waits for `may`.
 */
export function transactionCalls({ deps, useCases, resources }: CallContext): TransactionCalls {
  const { db, onUploadEnded, onVerificationQueued } = deps;
  const join = createJoin(db);

  function checkStaged(staged: StagedRef) {
    const { id, resource, itemId } = typeof staged === "string" ? { id: staged } : Object(staged);
    const hasItem = resource !== undefined || itemId !== undefined;
    return { id: checkFileId(id), item: hasItem ? checkItem(resources, { resource, itemId }) : undefined };
  }

  async function attachStaged(...args: [StagedRef] | [ApplicationTransaction, StagedRef]) {
    if (args.length === 1) {
      const staged = checkStaged(args[0]);
      const { attachment, item, isNew } = await db.transaction((tx) => useCases.attachStaged(tx, staged));
      if (isNew && attachment.state === "ready") onUploadEnded("ready");
      if (isNew && attachment.state === "scanning") onVerificationQueued();
      return presentFile(attachment, item);
    }
    const staged = checkStaged(args[1]);
    const { attachment, item, isNew } = await useCases.attachStaged(await join(args[0]), staged);
    if (isNew) return presentFile(attachment, item);
    throw new DomainError("object_already_attached", "This staged file is attached already.");
  }

  return {
    attachStaged,

    async removeIn(transaction, fileId, user) {
      const { userId } = callerOf(user === undefined ? APPLICATION : checkUser(user));
      const attachmentId = checkFileId(fileId);
      await useCases.deleteAttachmentIn(await join(transaction), { userId, attachmentId });
    },
  };
}
