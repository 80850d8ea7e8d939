import { Email } from "@valetkey/contract";
import { type TSchema, Type } from "typebox";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./account-creation.ts";
import { MAX_NAME_LENGTH } from "./identity.ts";

// Only for the document. The library validates bodies and serialises responses.
const Name = Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH });
const Password = Type.String({ minLength: MIN_PASSWORD_LENGTH, maxLength: MAX_PASSWORD_LENGTH });
const RememberMe = Type.Optional(
  Type.Boolean({ default: true, description: "false: the session ends when the browser closes" }),
);
const Time = Type.String({ format: "date-time" });
const OrNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const User = Type.Object({
  id: Type.String(),
  email: Email,
  name: Name,
  emailVerified: Type.Boolean(),
  image: Type.Optional(OrNull(Type.String())),
  createdAt: Time,
  updatedAt: Time,
});
const Session = Type.Object({
  id: Type.String(),
  token: Type.String({ description: "Identifies the session to revoke-session. It does not authenticate a request" }),
  userId: Type.String(),
  expiresAt: Time,
  createdAt: Time,
  updatedAt: Time,
  ipAddress: Type.Optional(OrNull(Type.String())),
  userAgent: Type.Optional(OrNull(Type.String())),
});
const Done = Type.Object({ status: Type.Boolean() });
const Token = OrNull(Type.String());
const LinkToken = Type.String({ description: "The fragment of the URL of a link" });
const RevokeApiTokens = Type.Optional(
  Type.Boolean({ default: false, description: "true: also revokes all API tokens of the account" }),
);

/** Whether an operation ignores the cookie, uses it if present, or requires it. */
type Security = readonly Record<string, readonly string[]>[];
const none: Security = [];
const optional: Security = [{}, { session: [] }];
const required: Security = [{ session: [] }];

/** Only mounted if an identity provider is configured. */
export const startOidcOperation = {
  method: "POST",
  path: "/sign-in/oidc",
  operationId: "startOidcSignIn",
  summary: "Start a sign-in with the identity provider: open the URL of the response",
  security: none,
  body: Type.Object({
    callbackURL: Type.Optional(
      Type.String({ maxLength: 2048, default: "/", description: "The path of the page to return to" }),
    ),
  }),
  answer: Type.Object({ url: Type.String({ format: "uri" }) }),
} as const;

/** The operations of the account library that the service offers, with their descriptions for /openapi.json. All others are closed. */
export const accountOperations = {
  signUp: {
    method: "POST",
    path: "/sign-up/email",
    summary: "Create an account and sign in",
    security: none,
    body: Type.Object({ email: Email, name: Name, password: Password, rememberMe: RememberMe }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  },
  signIn: {
    method: "POST",
    path: "/sign-in/email",
    summary: "Sign in",
    security: none,
    body: Type.Object({ email: Email, password: Password, rememberMe: RememberMe }),
    answer: Type.Object({ token: Token, user: User, redirect: Type.Boolean() }),
  },
  signOut: {
    method: "POST",
    path: "/sign-out",
    summary: "End the session of the cookie",
    security: optional,
    answer: Type.Object({ success: Type.Boolean() }),
  },
  getSession: {
    method: "GET",
    path: "/get-session",
    summary: "Get the session of the cookie and extend it, or null",
    security: optional,
    answer: OrNull(Type.Object({ session: Session, user: User })),
  },
  updateUser: {
    method: "POST",
    path: "/update-user",
    summary: "Change the name",
    security: required,
    body: Type.Object({ name: Name }),
    answer: Done,
  },
  changePassword: {
    method: "POST",
    path: "/change-password",
    summary: "Change the password",
    security: required,
    body: Type.Object({
      currentPassword: Type.String(),
      newPassword: Password,
      revokeOtherSessions: Type.Optional(Type.Boolean({ default: false })),
      revokeApiTokens: RevokeApiTokens,
    }),
    answer: Type.Object({ token: Token, user: User }),
  },
  requestPasswordReset: {
    method: "POST",
    path: "/request-password-reset",
    summary: "Send a link for a new password, if the email address has an account. The response does not tell",
    security: none,
    body: Type.Object({ email: Email }),
    answer: Done,
  },
  checkPasswordReset: {
    method: "POST",
    path: "/check-password-reset",
    summary: "Read the account of a link for a new password, without using the link",
    security: none,
    body: Type.Object({ token: LinkToken }),
    answer: Type.Object({ email: Email }),
  },
  resetPassword: {
    method: "POST",
    path: "/reset-password",
    summary: "Set a new password with a link, end all sessions, and sign in",
    security: none,
    body: Type.Object({ token: LinkToken, newPassword: Password, revokeApiTokens: RevokeApiTokens }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  },
  requestEmailProof: {
    method: "POST",
    path: "/request-email-proof",
    summary: "Send a link that proves the email address of the account",
    security: required,
    answer: Done,
  },
  proveEmail: {
    method: "POST",
    path: "/prove-email",
    summary: "Prove the email address of the account with a link",
    security: required,
    body: Type.Object({ token: LinkToken }),
    answer: Done,
  },
  listSessions: {
    method: "GET",
    path: "/list-sessions",
    summary: "List all sessions of the account",
    security: required,
    answer: Type.Array(Session),
  },
  revokeSession: {
    method: "POST",
    path: "/revoke-session",
    summary: "End one session",
    security: required,
    body: Type.Object({ token: Type.String() }),
    answer: Done,
  },
  revokeOtherSessions: {
    method: "POST",
    path: "/revoke-other-sessions",
    summary: "End all other sessions",
    security: required,
    answer: Done,
  },
  revokeSessions: {
    method: "POST",
    path: "/revoke-sessions",
    summary: "End all sessions",
    security: required,
    answer: Done,
  },
} as const;
