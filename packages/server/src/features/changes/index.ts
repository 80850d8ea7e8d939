import { createHash } from "node:crypto";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { changeQueries } from "./queries.ts";

export type ChangeVerbs = ReturnType<typeof createChanges>;

/** Creates what the rest of the service does with this feature. */
export function createChanges(deps: Deps) {
  return {
    findChanges: findChanges(deps),
  };
}

type ChangesSince = { changed: ChangedPart[]; state: string };

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

/**
 * The parts of the data that a user sees. A state is a text that contains one mark for each of these parts, in this order. When the data of
 * a part changes, its mark changes too.
 */
const CHANGED_PARTS = ["own", "shared", "note"] as const;

export type ChangedPart = (typeof CHANGED_PARTS)[number];

/** Returns the parts whose marks differ between two states. A part without a mark in `before` counts as unchanged. */
function changedParts(before: string, after: string): ChangedPart[] {
  const marks = before.split(".");
  const now = after.split(".");
  return CHANGED_PARTS.filter((_, index) => marks[index] !== undefined && marks[index] !== now[index]);
}
