import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id, Instant, UserId } from "./common.ts";
import { Person } from "./people.ts";

/** A request for access to a note, with the person who asks. */
export const AccessRequest = Type.Object({
  person: Person,
  emailIsProven: Type.Boolean({
    description: "false: the email address is not proven, so it may belong to another person",
  }),
  requestedAt: Instant,
});
export type AccessRequest = Static<typeof AccessRequest>;

export const AccessRequests = Type.Object({ requests: Type.Array(AccessRequest) });
export type AccessRequests = Static<typeof AccessRequests>;

export const AccessRequestParams = Type.Object({ noteId: Id, userId: UserId });

export const GrantAccessBody = closedObject({ role: Type.Enum(["viewer", "editor"]) });
export type GrantAccessBody = Static<typeof GrantAccessBody>;
