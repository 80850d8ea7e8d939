import { type Static, Type } from "typebox";

/** The settings of the service that a page needs before sign-in. */
export const Instance = Type.Object({
  signUp: Type.Enum(["open", "invited", "closed"], {
    description: "Who may create an account with a password. invited: people with the link of an invitation",
  }),
  hasAccounts: Type.Boolean({ description: "false until somebody creates the first account" }),
  oidc: Type.Union([Type.Object({ name: Type.String() }), Type.Null()], {
    description: "The identity provider for sign-in, or null when there is none",
  }),
  mail: Type.Boolean({ description: "Whether the service sends mails, such as a link for a new password" }),
  limits: Type.Object({
    urlTtlDefaultSeconds: Type.Integer(),
    urlTtlMaxSeconds: Type.Integer({ description: "The longest expiry that the owner of a file may request" }),
    urlTtlMaxSharedSeconds: Type.Integer({ description: "The longest expiry that anyone else may request" }),
    uploadMaxBytes: Type.Integer(),
    trashDays: Type.Integer({ description: "The days in which a deleted note or file can be restored, or 0" }),
    links: Type.Object({
      enabled: Type.Boolean({ description: "Whether people can make links" }),
      maxExpirySeconds: Type.Union([Type.Integer(), Type.Null()], {
        description: "The longest expiry of a link from its creation, or null when it may live until it is revoked",
      }),
      passwordRequired: Type.Boolean({ description: "Whether a link without a password is closed to visitors" }),
    }),
  }),
});
export type Instance = Static<typeof Instance>;
