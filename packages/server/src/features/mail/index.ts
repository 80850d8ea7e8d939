import type { Deps } from "../../platform/deps.ts";
import { remindOfExpiry } from "./jobs.ts";
import { createPreferences } from "./preferences.ts";

export type MailVerbs = ReturnType<typeof createMails>;

export function createMails(deps: Deps) {
  return { ...createPreferences(deps), remindOfExpiry: remindOfExpiry(deps) };
}
