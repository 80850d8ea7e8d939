import type { Deps } from "../../../platform/deps.ts";
import { DomainError, noSuch } from "../../../platform/errors.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";
import type { Annotations } from "../../access/attachment.ts";
import type { AdoptionVerbs } from "../../adoption/index.ts";
import type { AttachmentVerbs } from "../../attachments/index.ts";
import type { AuditVerbs } from "../../audit/index.ts";
import type { MovingVerbs } from "../../moving/index.ts";
import type { TrashVerbs } from "../../trash/index.ts";
import type { UploadVerbs } from "../../uploads/index.ts";
import type { Admit } from "../admit.ts";
import type { Ask } from "../ask.ts";
import type { ItemLinks } from "../creators.ts";
import type { Files } from "../files.ts";
import { type Actor, createItemAccess, rememberUser } from "../items.ts";
import type { Places } from "../places.ts";
import type { ItemName, Resources } from "../types.ts";
import type { FileCalls } from "./types.ts";

/** The calls of an embedding, with the actor as the first argument: a user, or the application itself. */
export type ActorCalls = {
  [Call in keyof FileCalls]: (actor: Actor, ...args: Parameters<FileCalls[Call]>) => ReturnType<FileCalls[Call]>;
};

export type CallParts = {
  files: Files;
  useCases: AdoptionVerbs &
    AttachmentVerbs &
    AuditVerbs &
    MovingVerbs &
    TrashVerbs &
    Pick<UploadVerbs, "attachFile" | "attachStaged" | "dropStaged" | "renameFile">;
  resources: Resources;
  ask: Ask;
  admit: Admit;
  places: Places;
  /** Undefined if the embedding has no option `links`. */
  links: ItemLinks | undefined;
  /** The key prefixes of the option `adoptPrefixes`. */
  adoptPrefixes: readonly string[];
};

export type CallContext = ReturnType<typeof createContext>;

export function createContext(deps: Deps, parts: CallParts) {
  return {
    deps,
    ...parts,
    /** Throws if the rules of the resource refuse the file, as at the start of an upload. Returns the tags and metadata of `validate`. */
    async requireAccepted(
      actor: Actor,
      item: ItemName,
      file: Parameters<Admit>[1]["files"][number],
    ): Promise<Annotations | undefined> {
      const [admitted] = await parts.admit(actor, { ...item, files: [file] });
      if (admitted instanceof DomainError) throw admitted;
      return admitted;
    },
    ...createItemAccess(deps, parts.ask),
    remember: rememberUser(deps),
  };
}

/** Checks the id of a file. Throws TypeError for a wrong type, and `attachment_not_found` for a text that the database can't store. */
export function checkFileId(fileId: string): string {
  if (typeof fileId !== "string") throw new TypeError("The id of a file must be a text.");
  if (isStorableText(fileId)) return fileId;
  throw noSuch("attachment");
}

/** Checks a list that the application passes to a call. Throws TypeError. */
export function checkList<T>(list: readonly T[], { name, max }: { name: string; max: number }): readonly T[] {
  if (Array.isArray(list) && list.length <= max) return list;
  throw new TypeError(`${name} must be an array of at most ${max} elements.`);
}
