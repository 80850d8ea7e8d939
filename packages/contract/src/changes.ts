import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id } from "./common.ts";

/** A state from an earlier response. Its three parts: the caller's own notes, shared notes and files, and the note `noteId`. */
const State = Type.String({ pattern: "^[\\w-]{1,22}(\\.[\\w-]{1,22}){0,2}$", maxLength: 68 });

/** `noteId` is the note that the caller has open. `since` is the `state` of an earlier response, or only its first part or parts. */
export const ChangesQuery = closedObject({ noteId: Type.Optional(Id), since: Type.Optional(State) });
export type ChangesQuery = Static<typeof ChangesQuery>;

/**
 * The part that has changed. The caller should read this part again. The value names no note and no file.
 *
 * `own`: somebody did something on a note of the caller. `shared`: something that others share with the caller changed.
 * `note`: the note with the id `noteId`, or the caller's access to it, changed.
 */
export const ChangedPart = Type.Enum(["own", "shared", "note"]);
export type ChangedPart = Static<typeof ChangedPart>;

/** The parts that have changed since the state in the request, and the new state. If the request has no state, `changed` is empty. */
export const Changes = Type.Object({ changed: Type.Array(ChangedPart), state: Type.String() });
export type Changes = Static<typeof Changes>;
