import type { Call } from "../call.ts";
import type { MailPreferences, UpdateMailPreferencesBody } from "../wire.ts";

export function mailPreferenceCalls(call: Call) {
  return {
    /** Returns the mails that the caller gets. */
    get: ({ signal }: { signal?: AbortSignal } = {}) =>
      call<MailPreferences>("GET", "/me/mail-preferences", { signal }),
    /** Changes the mails that the caller gets. An absent topic stays. */
    put: (choices: UpdateMailPreferencesBody) =>
      call<MailPreferences>("PUT", "/me/mail-preferences", { body: choices }),
  };
}
