import { inLane } from "../../../platform/database/lanes.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Attachment } from "../../access/attachment.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { faultIn, inspect } from "../../uploads/verify.ts";
import { type Actor, callerOf, checkItem, openItem, presentFile, ROLES, rulesOf } from "../items.ts";
import { ownerOf } from "../places.ts";
import type { Item, ItemAction, ItemFile, ItemName, Resource } from "../types.ts";
import { type ActorCalls, type CallContext, checkFileId } from "./context.ts";

type Names = "rename" | "copy" | "move" | "remove" | "removeAll" | "restore";

export function changeCalls(context: CallContext): Pick<ActorCalls, Names> {
  const { deps, files, useCases, resources, requireRight, requireAccepted, itemOfFile, inLaneOf, remember, places } =
    context;

  /** Returns the item of a file, and a caller who may access this item. Throws `access_denied` unless the actor may perform all actions. */
  async function permit(actor: Actor, actions: readonly ItemAction[], fileId: string) {
    const item = await itemOfFile(checkFileId(fileId));
    for (const action of actions) await requireRight(actor, action, item);
    const role = actions.every((action) => action === "read") ? ROLES.read : ROLES.remove;
    return { item, caller: { ...callerOf(actor), grants: new Map([[item.noteId, role]]) } };
  }

  type Transfer = { fileId: string; to: ItemName; kind: "copy" | "move" };

  async function transfer(actor: Actor, { fileId, to, kind }: Transfer): Promise<ItemFile> {
    const target = checkItem(resources, to);
    const { item: from, caller } = await permit(actor, kind === "copy" ? ["read"] : ["read", "remove"], fileId);
    const confirm = () => requireRight(actor, "add", target);
    await confirm();
    const attachment = await useCases.getAttachment(caller, fileId);
    const isSame = from.resource === target.resource && from.itemId === target.itemId;
    if (isSame && kind === "move") return presentFile(attachment, from);
    await requireAccepted(actor, target, { ...attachment, sha256: attachment.checksum?.value });
    await requireKind(attachment, { from, to: target });
    const opened = await openItem(deps, { item: target, places });
    const { noteId: toNoteId, place } = opened;
    await remember(actor);
    const grants = new Map([...caller.grants, [toNoteId, ROLES.add] as const]);
    // The copy of a large file takes minutes, so the service calls `may` again before the copied file appears.
    const input = {
      attachmentId: fileId,
      fromNoteId: from.noteId,
      toNoteId,
      place,
      idempotencyKey: undefined,
      confirm,
    };
    const run = kind === "copy" ? useCases.copyFile : useCases.moveFile;
    const transferred = await inLane(ownerOf(opened), () => run({ ...caller, grants }, input));
    return presentFile(transferred, target);
  }

  /** Throws `kind_not_accepted` if the resource of the target item does not accept the content of the file. */
  async function requireKind(attachment: Attachment, { from, to }: { from: Item; to: ItemName }): Promise<void> {
    const rules: Resource = rulesOf(resources, to.resource);
    if (rules.accept === undefined || from.resource === to.resource || attachment.state !== "ready") return;
    const { objectKey, sizeBytes: declaredBytes } = attachment;
    const start = (await inspect(deps.bucket, { objectKey, declaredBytes }))?.start;
    if (start === undefined) throw new DomainError("object_not_found", "The bucket no longer has this file.");
    const fault = await faultIn(attachment, { start, accepted: [rules.accept] });
    if (fault !== undefined) throw new DomainError("kind_not_accepted", fault.reason);
  }

  return {
    async rename(actor, fileId, filename) {
      if (typeof filename !== "string") throw new TypeError("filename must be a text such as invoice.pdf.");
      const { item, caller } = await permit(actor, ["add", "remove"], fileId);
      return presentFile(await useCases.renameFile(caller, { attachmentId: fileId, filename }), item);
    },

    copy: (actor, fileId, to) => transfer(actor, { fileId, to, kind: "copy" }),

    move: (actor, fileId, to) => transfer(actor, { fileId, to, kind: "move" }),

    remove: async (actor, fileId) => files.remove(actor, checkFileId(fileId)),

    async removeAll(actor, name) {
      const item = checkItem(resources, name);
      await requireRight(actor, "remove", item);
      const known = await lookupQueries(deps.db).item(item);
      if (known === undefined) return 0;
      await useCases.dropStaged(known.noteId);
      const grants = new Map([[known.noteId, ROLES.remove]]);
      return inLane(ownerOf(known), () => useCases.deleteFilesOfNote({ ...callerOf(actor), grants }, known.noteId));
    },

    async restore(actor, fileId) {
      const { item, caller } = await permit(actor, ["add", "remove"], fileId);
      await inLaneOf(item, () => useCases.restoreFromTrash(caller, { attachmentId: fileId }));
      return presentFile(await useCases.getAttachment(caller, fileId), item);
    },
  };
}
