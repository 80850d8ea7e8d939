import { type Static, Type } from "typebox";
import { UserId } from "./common.ts";

/**
 * A person. `name` and `email` are null for a user who has never called the service.
 *
 * In the activity of a note, only the owner sees the email addresses of other people. For everybody else, `email` is null.
 */
export const Person = Type.Object({
  id: UserId,
  name: Type.Union([Type.String(), Type.Null()]),
  email: Type.Union([Type.String(), Type.Null()]),
});
export type Person = Static<typeof Person>;
