import { type Static, Type } from "typebox";
import { UserId } from "./common.ts";

/**
 * Someone by name, as far as the service knows it: `name` and `email` are null for ids that it has only heard of. In the activity of
 * a note only its owner is told the address of others.
 */
export const Person = Type.Object({
  id: UserId,
  name: Type.Union([Type.String(), Type.Null()]),
  email: Type.Union([Type.String(), Type.Null()]),
});
export type Person = Static<typeof Person>;
