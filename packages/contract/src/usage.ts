import { type Static, Type } from "typebox";

const OrNull = Type.Union([Type.Integer(), Type.Null()]);

/** What the files on the caller's own notes take up, uploads under way included; null: there is no limit. */
export const Usage = Type.Object({
  usedBytes: Type.Integer(),
  quotaBytes: OrNull,
  files: Type.Integer(),
  quotaFiles: OrNull,
});
export type Usage = Static<typeof Usage>;
