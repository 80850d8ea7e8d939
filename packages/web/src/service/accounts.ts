import { type ErrorCode, ValetKeyError } from "@valetkey/client";
import { loadRareProblems } from "../texts/index.ts";
import { sendOnce } from "./send-once.ts";

export type Account = { id: string; email: string; name: string };

/** The session of a browser. The page needs `token` only to end the session. */
export type Session = {
  id: string;
  token: string;
  createdAt: string;
  updatedAt: string;
  ipAddress?: string | null;
  userAgent?: string | null;
};

/** The calls of /auth that every page needs. A failed call rejects with `ValetKeyError`. */
export const accounts = {
  current: () => callAccounts<{ session: Session; user: Account } | null>("GET", "/auth/get-session"),
  signOut: () => callAccounts("POST", "/auth/sign-out", {}),
};

const send = sendOnce((...request) => fetch(...request));

/** Calls a route of the accounts library. Rejects with `ValetKeyError`. */
export async function callAccounts<Answer = unknown>(
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await send(path, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ValetKeyError("network", "There was no answer.", { cause });
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  await loadRareProblems();
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

/** Returns a path of this origin. If the URL has another origin, returns "/" to prevent an open redirect. */
export function ownPath(to: string | undefined): string {
  if (to === undefined || !URL.canParse(to, location.origin)) return "/";
  const { origin, pathname, search, hash } = new URL(to, location.origin);
  // The URL parser turns `/.//evil.example` into the path `//evil.example`, which a browser reads as the URL of another host.
  return origin === location.origin && !pathname.startsWith("//") ? pathname + search + hash : "/";
}
