import type { Deps } from "../../platform/deps.ts";
import { remindOfExpiry } from "./jobs.ts";
import { getMailPreferences, lookAtUnsubscribe, setMailPreferences, unsubscribe } from "./preferences.ts";

export type MailVerbs = ReturnType<typeof createMails>;

/** Creates what the rest of the service does with this feature. */
export function createMails(deps: Deps) {
  return {
    getMailPreferences: getMailPreferences(deps),
    setMailPreferences: setMailPreferences(deps),
    lookAtUnsubscribe: lookAtUnsubscribe(deps),
    unsubscribe: unsubscribe(deps),
    remindOfExpiry: remindOfExpiry(deps),
  };
}
