import { type ErrorCode, ValetKeyError } from "@valetkey/client";

export type Account = { id: string; email: string; name: string };

/** A signed-in browser. `token` only ends the session. */
export type Session = {
  id: string;
  token: string;
  createdAt: string;
  updatedAt: string;
  ipAddress?: string | null;
  userAgent?: string | null;
};

/** Calls of /auth: accounts and sessions. They reject with a ValetKeyError. */
export const accounts = {
  current: () => call<{ session: Session; user: Account } | null>("GET", "/auth/get-session"),
  signUp: (account: { name: string; email: string; password: string }) => call("POST", "/auth/sign-up/email", account),
  signIn: (credentials: { email: string; password: string }) => call("POST", "/auth/sign-in/email", credentials),
  /** Returns the URL of the identity provider. It redirects to `callbackURL`, a path, or to /sign-in?error=code. */
  startOidc: (callbackURL: string) => call<{ url: string }>("POST", "/auth/sign-in/oidc", { callbackURL }),
  signOut: () => call("POST", "/auth/sign-out", {}),
  rename: (name: string) => call("POST", "/auth/update-user", { name }),
  /** Rejects with `invalid_request` when the current password is wrong. */
  changePassword: (change: {
    currentPassword: string;
    newPassword: string;
    revokeOtherSessions: boolean;
    revokeApiTokens: boolean;
  }) => call("POST", "/auth/change-password", change),
  /** The answer does not tell whether the email address has an account. */
  requestPasswordReset: (email: string) => call("POST", "/auth/request-password-reset", { email }),
  /** Rejects with `account_link_invalid` when the link no longer works. The next two do so as well. */
  checkPasswordReset: (token: string) => call<{ email: string }>("POST", "/auth/check-password-reset", { token }),
  resetPassword: (reset: { token: string; newPassword: string; revokeApiTokens: boolean }) =>
    call("POST", "/auth/reset-password", reset),
  proveEmail: (token: string) => call("POST", "/auth/prove-email", { token }),
  requestEmailProof: () => call("POST", "/auth/request-email-proof", {}),
  sessions: () => call<Session[]>("GET", "/auth/list-sessions"),
  endSession: (token: string) => call("POST", "/auth/revoke-session", { token }),
  endOtherSessions: () => call("POST", "/auth/revoke-other-sessions", {}),
};

async function call<Answer = unknown>(method: "GET" | "POST", path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ValetKeyError("network", "There was no answer.", { cause });
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  const { code = "invalid_response", message = response.statusText } = (answer ?? {}) as {
    code?: ErrorCode;
    message?: string;
  };
  const retryAfter = response.headers.get("retry-after");
  throw new ValetKeyError(code, message, {
    status: response.status,
    retryAfterSeconds: retryAfter === null ? undefined : Number(retryAfter),
  });
}
