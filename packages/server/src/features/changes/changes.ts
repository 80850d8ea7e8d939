import { createHash } from "node:crypto";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { CHANGED_PARTS, type ChangedPart, changedParts } from "./change.ts";
import { changeQueries } from "./queries.ts";

export type ChangesSince = { changed: ChangedPart[]; state: string };

/**
 * Returns the current state of the data that the caller sees, and which parts have changed since the state `since`. A state contains one
 * mark for each part: a short text that changes when the part changes.
 * `noteId`: the note that the caller has open. If the caller may not read this note, the mark of the note changes only when the caller gets
 * access.
 */
export function findChanges({ db }: Pick<Deps, "db">) {
  return async (
    caller: Caller,
    { noteId, since }: { noteId?: string | undefined; since?: string | undefined },
  ): Promise<ChangesSince> => {
    const texts = await changeQueries(db).describe(caller.userId, noteId);
    const state = CHANGED_PARTS.map((part) => markOf(texts[part])).join(".");
    return { changed: since === undefined ? [] : changedParts(since, state), state };
  };
}

function markOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}
