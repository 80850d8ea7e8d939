import type {
  PublicKeyCredentialCreationOptionsJSON as CreationOptions,
  PublicKeyCredentialRequestOptionsJSON as RequestOptions,
} from "@simplewebauthn/browser";
import { callAccounts, type Session } from "./accounts.ts";

/** `keepAccount` cancels the deletion of an account that its owner has deleted. */
export type Credentials = { email: string; password: string; code?: string; keepAccount?: boolean };

export type Passkey = { id: string; name: string; createdAt: string; lastUsedAt: string | null };

/**
 * The calls of /auth that only the settings, the sign-in and the pages of mailed links need. A separate file keeps the first load small
 * (e2e/src/web/performance.test.ts).
 */
export const accountCalls = {
  /** `invitation` is the token of an invitation, which is necessary if the sign-up is not open. */
  signUp: (account: { name: string; email: string; password: string; invitation: string | undefined }) =>
    callAccounts("POST", "/auth/sign-up/email", account),
  /** Rejects with `second_factor_required` or `wrong_second_factor`, or with `account_closed` if the owner has deleted the account. */
  signIn: (credentials: Credentials) => callAccounts("POST", "/auth/sign-in/email", credentials),
  /** Returns the URL of the identity provider. After the sign-in, the browser opens the path `callbackURL`, or /sign-in?error=code. */
  startOidc: (callbackURL: string) => callAccounts<{ url: string }>("POST", "/auth/sign-in/oidc", { callbackURL }),
  rename: (name: string) => callAccounts("POST", "/auth/update-user", { name }),
  /** Rejects with `wrong_password`, like all calls below that have a `password`. */
  changePassword: (change: { currentPassword: string; newPassword: string; revokeApiTokens: boolean }) =>
    callAccounts("POST", "/auth/change-password", change),
  secondFactor: () => callAccounts<{ isOn: boolean; recoveryCodesLeft: number }>("GET", "/auth/second-factor"),
  startSecondFactor: (password: string) =>
    callAccounts<{ secret: string; url: string }>("POST", "/auth/second-factor/start", { password }),
  confirmSecondFactor: (code: string) =>
    callAccounts<{ recoveryCodes: string[] }>("POST", "/auth/second-factor/confirm", { code }),
  removeSecondFactor: (password: string) => callAccounts("POST", "/auth/second-factor/remove", { password }),
  renewRecoveryCodes: (password: string) =>
    callAccounts<{ recoveryCodes: string[] }>("POST", "/auth/second-factor/recovery-codes", { password }),
  /** The response is the same whether the email address has an account or not. */
  requestPasswordReset: (email: string) => callAccounts("POST", "/auth/request-password-reset", { email }),
  /** Rejects with `account_link_invalid` if the link no longer works, like the next two calls. */
  checkPasswordReset: (token: string) =>
    callAccounts<{ email: string }>("POST", "/auth/check-password-reset", { token }),
  resetPassword: (reset: { token: string; newPassword: string; revokeApiTokens: boolean }) =>
    callAccounts("POST", "/auth/reset-password", reset),
  proveEmail: (token: string) => callAccounts("POST", "/auth/prove-email", { token }),
  requestEmailProof: () => callAccounts("POST", "/auth/request-email-proof", {}),
  /** The response is the same whether another account has the email address or not. */
  requestEmailChange: (change: { newEmail: string; password: string }) =>
    callAccounts("POST", "/auth/request-email-change", change),
  confirmEmailChange: (token: string) => callAccounts("POST", "/auth/confirm-email-change", { token }),
  contents: () =>
    callAccounts<{ notes: number; files: number; bytes: number; links: number; people: number }>(
      "GET",
      "/auth/account-contents",
    ),
  delete: (password: string) => callAccounts<{ deleteAt: string }>("POST", "/auth/delete-account", { password }),
  passkeys: () => callAccounts<{ passkeys: Passkey[] }>("GET", "/auth/passkeys").then(({ passkeys }) => passkeys),
  /** `code` is the code of the second factor, if the account has a second factor. Rejects with `wrong_second_factor`. */
  startPasskey: (proof: { password: string; code?: string }) =>
    callAccounts<CreationOptions>("POST", "/auth/passkeys/start", proof),
  addPasskey: (passkey: { name: string; response: unknown }) =>
    callAccounts<Passkey>("POST", "/auth/passkeys/add", passkey),
  renamePasskey: (change: { id: string; name: string }) =>
    callAccounts<Passkey>("POST", "/auth/passkeys/rename", change),
  removePasskey: (id: string) => callAccounts("POST", "/auth/passkeys/remove", { id }),
  startPasskeySignIn: () => callAccounts<RequestOptions>("POST", "/auth/sign-in/passkey/start", {}),
  signInWithPasskey: (response: unknown) => callAccounts("POST", "/auth/sign-in/passkey", { response }),
  sessions: () => callAccounts<Session[]>("GET", "/auth/list-sessions"),
  endSession: (token: string) => callAccounts("POST", "/auth/revoke-session", { token }),
  endOtherSessions: () => callAccounts("POST", "/auth/revoke-other-sessions", {}),
};
