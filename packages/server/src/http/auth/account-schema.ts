import { Email } from "@valetkey/contract";
import { type TSchema, Type } from "typebox";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./account-creation.ts";
import { MAX_NAME_LENGTH } from "./identity.ts";

// For the document only: the library looks at bodies itself, and writes its answers.
const Name = Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH });
const Password = Type.String({ minLength: MIN_PASSWORD_LENGTH, maxLength: MAX_PASSWORD_LENGTH });
const RememberMe = Type.Optional(
  Type.Boolean({ default: true, description: "false: the session ends with the browser's" }),
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
  token: Type.String({ description: "What revoke-session takes; it opens nothing by itself" }),
  userId: Type.String(),
  expiresAt: Time,
  createdAt: Time,
  updatedAt: Time,
  ipAddress: Type.Optional(OrNull(Type.String())),
  userAgent: Type.Optional(OrNull(Type.String())),
});
const Done = Type.Object({ status: Type.Boolean() });
const Token = OrNull(Type.String());

/** Whether an operation looks at the cookie: not at all, if there is one, or always. */
type Security = readonly Record<string, readonly string[]>[];
const none: Security = [];
const optional: Security = [{}, { session: [] }];
const required: Security = [{ session: [] }];

/** Where there is a provider to sign in with. */
export const startOidcOperation = {
  method: "POST",
  path: "/sign-in/oidc",
  operationId: "startOidcSignIn",
  summary: "Begin to sign in with the identity provider: go to the answered address",
  security: none,
  body: Type.Object({
    callbackURL: Type.Optional(
      Type.String({ maxLength: 2048, default: "/", description: "The path of the page to come back to" }),
    ),
  }),
  answer: Type.Object({ url: Type.String({ format: "uri" }) }),
} as const;

/** Sign-up, sign-in and sessions, as /openapi.json says it. Everything else of the library's is closed: nobody needs it here. */
export const accountOperations = [
  {
    method: "POST",
    path: "/sign-up/email",
    operationId: "signUp",
    summary: "Make an account and sign in",
    security: none,
    body: Type.Object({ email: Email, name: Name, password: Password, rememberMe: RememberMe }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  },
  {
    method: "POST",
    path: "/sign-in/email",
    operationId: "signIn",
    summary: "Sign in",
    security: none,
    body: Type.Object({ email: Email, password: Password, rememberMe: RememberMe }),
    answer: Type.Object({ token: Token, user: User, redirect: Type.Boolean() }),
  },
  {
    method: "POST",
    path: "/sign-out",
    operationId: "signOut",
    summary: "End the session of the cookie",
    security: optional,
    answer: Type.Object({ success: Type.Boolean() }),
  },
  {
    method: "GET",
    path: "/get-session",
    operationId: "getSession",
    summary: "The session of the cookie, prolonged; or null",
    security: optional,
    answer: OrNull(Type.Object({ session: Session, user: User })),
  },
  {
    method: "POST",
    path: "/update-user",
    operationId: "updateUser",
    summary: "Change the name",
    security: required,
    body: Type.Object({ name: Name }),
    answer: Done,
  },
  {
    method: "POST",
    path: "/change-password",
    operationId: "changePassword",
    summary: "Change the password",
    security: required,
    body: Type.Object({
      currentPassword: Type.String(),
      newPassword: Password,
      revokeOtherSessions: Type.Optional(Type.Boolean({ default: false })),
    }),
    answer: Type.Object({ token: Token, user: User }),
  },
  {
    method: "GET",
    path: "/list-sessions",
    operationId: "listSessions",
    summary: "All sessions of the account",
    security: required,
    answer: Type.Array(Session),
  },
  {
    method: "POST",
    path: "/revoke-session",
    operationId: "revokeSession",
    summary: "End one session",
    security: required,
    body: Type.Object({ token: Type.String() }),
    answer: Done,
  },
  {
    method: "POST",
    path: "/revoke-other-sessions",
    operationId: "revokeOtherSessions",
    summary: "End all sessions but this one",
    security: required,
    answer: Done,
  },
  {
    method: "POST",
    path: "/revoke-sessions",
    operationId: "revokeSessions",
    summary: "End all sessions",
    security: required,
    answer: Done,
  },
] as const;
