import type { BetterAuthOptions } from "better-auth";
import { PASSWORD_AGAIN } from "./password-guess-hooks.ts";

// The maximum number of attempts from one IP address in a minute. The counts are in the database, so the limit covers all replicas.
const SIGN_IN_LIMIT = { window: 60, max: 10 };

/** The limits for each IP address on the account routes. */
export const requestLimits: Pick<NonNullable<BetterAuthOptions["rateLimit"]>, "window" | "max" | "customRules"> = {
  window: 60,
  max: 100,
  // There is no limit on reading the session. Pages read the session often, and a limit would need a durable write for each read.
  customRules: {
    "/sign-in/email": SIGN_IN_LIMIT,
    "/sign-up/email": SIGN_IN_LIMIT,
    "/sign-in/social": SIGN_IN_LIMIT,
    ...Object.fromEntries(PASSWORD_AGAIN.map((path) => [path, SIGN_IN_LIMIT])),
    "/second-factor/confirm": SIGN_IN_LIMIT,
    "/sign-in/passkey": SIGN_IN_LIMIT,
    "/sign-in/passkey/start": SIGN_IN_LIMIT,
    "/request-password-reset": SIGN_IN_LIMIT,
    "/check-password-reset": SIGN_IN_LIMIT,
    "/reset-password": SIGN_IN_LIMIT,
    "/get-session": false,
  },
};
