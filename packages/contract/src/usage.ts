import { type Static, Type } from "typebox";

const OrNull = Type.Union([Type.Integer(), Type.Null()]);

/** The storage that the caller's own notes use, including unfinished uploads, and the quotas. A null quota means no limit. */
export const Usage = Type.Object({
  usedBytes: Type.Integer(),
  quotaBytes: OrNull,
  files: Type.Integer(),
  quotaFiles: OrNull,
});
export type Usage = Static<typeof Usage>;
