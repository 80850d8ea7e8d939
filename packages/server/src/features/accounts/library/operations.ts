import { Email } from "@valetkey/contract";
import { type TSchema, Type } from "typebox";
import { MAX_NAME_LENGTH } from "../callers/identity.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./password-sign-up.ts";

// These schemas are only for /openapi.json. The accounts library itself validates bodies and serialises responses.
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
  token: Type.String({ description: "Identifies the session to revoke-session, and authenticates no request" }),
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
const Code = Type.String({ description: "Six digits of the authenticator app, or a recovery code" });

const KeepAccount = Type.Optional(
  Type.Boolean({ default: false, description: "true: opens an account again that its owner deleted, within 14 days" }),
);

const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: "Each one replaces a code of the app once" }),
});

const Passkey = Type.Object({ id: Type.String(), name: Name, createdAt: Time, lastUsedAt: OrNull(Time) });

/** An object in one of the JSON forms of Web Authentication Level 3, section 5.1. */
const WebAuthn = Type.Record(Type.String(), Type.Unknown());
const PasswordAgain = Type.Object({ password: Type.String() });

const RevokeApiTokens = Type.Optional(
  Type.Boolean({ default: false, description: "true: also removes all API tokens, passkeys and webhooks" }),
);

/** Whether an operation ignores the session cookie (`none`), uses it (`optional`), or needs it (`required`). */
type Security = readonly Record<string, readonly string[]>[];

const none: Security = [];
const optional: Security = [{}, { session: [] }];
const required: Security = [{ session: [] }];

type Operation = {
  summary: string;
  description?: string;
  /** Default: `required`. */
  security?: Security;
  body?: TSchema;
  /** Default: `Done`. */
  answer?: TSchema;
};

const get = (path: string, operation: Operation) =>
  ({ method: "GET", path, security: required, answer: Done, ...operation }) as const;
const post = (path: string, operation: Operation) =>
  ({ method: "POST", path, security: required, answer: Done, ...operation }) as const;

/** The service has this route only with an identity provider. */
export const startOidcOperation = {
  operationId: "startOidcSignIn",
  ...post("/sign-in/oidc", {
    summary: "Start a sign-in with the identity provider: open the URL of the response",
    security: none,
    body: Type.Object({
      callbackURL: Type.Optional(
        Type.String({ maxLength: 2048, default: "/", description: "The path of the page to return to" }),
      ),
    }),
    answer: Type.Object({ url: Type.String({ format: "uri" }) }),
  }),
};

/** The only operations of the accounts library that clients can call, as /openapi.json describes them. */
export const accountOperations = {
  signUp: post("/sign-up/email", {
    summary: "Create an account and sign in",
    description:
      "Where sign-up is not open, only the email address of an invitation gets an account, with the token of its link.",
    security: none,
    body: Type.Object({
      email: Email,
      name: Name,
      password: Password,
      rememberMe: RememberMe,
      invitation: Type.Optional(Type.String({ description: "The fragment of the link of an invitation" })),
    }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  }),
  signIn: post("/sign-in/email", {
    summary: "Sign in",
    security: none,
    description:
      "With a second factor, the response without a code is 403 second_factor_required. Send the same body again, with a code.",
    body: Type.Object({
      email: Email,
      password: Password,
      rememberMe: RememberMe,
      code: Type.Optional(Code),
      keepAccount: KeepAccount,
    }),
    answer: Type.Object({ token: Token, user: User, redirect: Type.Boolean() }),
  }),
  signOut: post("/sign-out", {
    summary: "End the session of the cookie",
    security: optional,
    answer: Type.Object({ success: Type.Boolean() }),
  }),
  getSession: get("/get-session", {
    summary: "Get the session of the cookie and extend it, or null",
    security: optional,
    answer: OrNull(Type.Object({ session: Session, user: User })),
  }),
  updateUser: post("/update-user", {
    summary: "Change the name",
    body: Type.Object({ name: Name }),
  }),
  changePassword: post("/change-password", {
    summary: "Change the password, end all sessions, and sign in",
    body: Type.Object({
      currentPassword: Type.String(),
      newPassword: Password,
      revokeApiTokens: RevokeApiTokens,
    }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  }),
  requestPasswordReset: post("/request-password-reset", {
    summary:
      "Send a link for a new password, if the email address has an account. The response does not show whether an account exists",
    security: none,
    body: Type.Object({ email: Email }),
  }),
  checkPasswordReset: post("/check-password-reset", {
    summary: "Read the account of a link for a new password, without using the link",
    security: none,
    body: Type.Object({ token: LinkToken }),
    answer: Type.Object({ email: Email }),
  }),
  resetPassword: post("/reset-password", {
    summary: "Set a new password with a link, end all sessions, and sign in unless the account has a second factor",
    security: none,
    body: Type.Object({ token: LinkToken, newPassword: Password, revokeApiTokens: RevokeApiTokens }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  }),
  requestEmailProof: post("/request-email-proof", {
    summary: "Send a link that proves the email address of the account",
  }),
  proveEmail: post("/prove-email", {
    summary: "Prove the email address of the account with a link",
    body: Type.Object({ token: LinkToken }),
  }),
  requestEmailChange: post("/request-email-change", {
    summary:
      "Send a link to a new email address, if no other account has this email address. The response does not show whether another has",
    body: Type.Object({ newEmail: Email, password: Type.String() }),
  }),
  confirmEmailChange: post("/confirm-email-change", {
    summary: "Change the email address of the account with a link that reached the new one",
    body: Type.Object({ token: LinkToken }),
  }),
  getSecondFactor: get("/second-factor", {
    summary: "Get whether the account has a second factor, and how many recovery codes are left",
    answer: Type.Object({ isOn: Type.Boolean(), recoveryCodesLeft: Type.Integer() }),
  }),
  startSecondFactor: post("/second-factor/start", {
    summary: "Make the secret of an authenticator app. The secret protects nothing before the first code",
    body: PasswordAgain,
    answer: Type.Object({
      secret: Type.String({ description: "Base32, to type into the app" }),
      url: Type.String({ description: "The otpauth URL, for a QR code" }),
    }),
  }),
  confirmSecondFactor: post("/second-factor/confirm", {
    summary: "Turn the second factor on with the first code of the app, and end the other sessions",
    body: Type.Object({ code: Code }),
    answer: RecoveryCodes,
  }),
  removeSecondFactor: post("/second-factor/remove", {
    summary: "Turn the second factor off, and end the other sessions",
    body: PasswordAgain,
  }),
  renewRecoveryCodes: post("/second-factor/recovery-codes", {
    summary: "Replace the recovery codes, and end the other sessions",
    body: PasswordAgain,
    answer: RecoveryCodes,
  }),
  listPasskeys: get("/passkeys", {
    summary: "List the passkeys of the account",
    answer: Type.Object({ passkeys: Type.Array(Passkey) }),
  }),
  startPasskey: post("/passkeys/start", {
    summary: "Get the options for navigator.credentials.create. An account with a second factor needs a code",
    body: Type.Object({ password: Type.String(), code: Type.Optional(Code) }),
    answer: WebAuthn,
  }),
  addPasskey: post("/passkeys/add", {
    summary: "Add the passkey that the browser created",
    body: Type.Object({ name: Name, response: WebAuthn }),
    answer: Passkey,
  }),
  renamePasskey: post("/passkeys/rename", {
    summary: "Change the name of a passkey",
    body: Type.Object({ id: Type.String(), name: Name }),
    answer: Passkey,
  }),
  removePasskey: post("/passkeys/remove", {
    summary: "Remove a passkey, and end the other sessions",
    body: Type.Object({ id: Type.String() }),
  }),
  startPasskeySignIn: post("/sign-in/passkey/start", {
    summary: "Get the options for navigator.credentials.get",
    security: none,
    answer: WebAuthn,
  }),
  signInWithPasskey: post("/sign-in/passkey", {
    summary: "Sign in with a passkey, which also counts as the second factor",
    security: none,
    body: Type.Object({ response: WebAuthn }),
    answer: Type.Object({ token: Type.Null(), user: User }),
  }),
  countAccountContents: get("/account-contents", {
    summary: "Count the notes, files, links and shares that are deleted with the account",
    answer: Type.Object({
      notes: Type.Integer(),
      files: Type.Integer(),
      bytes: Type.Integer(),
      links: Type.Integer(),
      people: Type.Integer({ description: "Who loses a share" }),
    }),
  }),
  deleteAccount: post("/delete-account", {
    summary: "Close the account at once, and delete it permanently after 14 days",
    body: PasswordAgain,
    answer: Type.Object({ deleteAt: Time }),
  }),
  listSessions: get("/list-sessions", {
    summary: "List all sessions of the account",
    answer: Type.Array(Session),
  }),
  revokeSession: post("/revoke-session", {
    summary: "End one session",
    body: Type.Object({ token: Type.String() }),
  }),
  revokeOtherSessions: post("/revoke-other-sessions", {
    summary: "End all other sessions",
  }),
  revokeSessions: post("/revoke-sessions", {
    summary: "End all sessions",
  }),
};
