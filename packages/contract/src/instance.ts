import { type Static, Type } from "typebox";

/** What a page has to know of the service before anyone has signed in. */
export const Instance = Type.Object({
  signUp: Type.Enum(["open", "closed"], { description: "Whether anyone may make an account with a password" }),
  hasAccounts: Type.Boolean({ description: "false: the first one is still to be made" }),
  oidc: Type.Union([Type.Object({ name: Type.String() }), Type.Null()], {
    description: "The identity provider that one may sign in with; null: there is none",
  }),
  limits: Type.Object({
    urlTtlDefaultSeconds: Type.Integer(),
    urlTtlMaxSeconds: Type.Integer(),
    uploadMaxBytes: Type.Integer(),
  }),
});
export type Instance = Static<typeof Instance>;
