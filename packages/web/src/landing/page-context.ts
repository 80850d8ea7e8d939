import { type ClaimBody, type LinkCalls, ValetKeyError } from "@valetkey/client";
import type { LinkWatch } from "./watch-link.ts";

/** The functions of the page that its views use. */
export type Page = LinkWatch & {
  token: string;
  visit: Visit;
  /** The code in the URL of a mail. Undefined: the visitor opened the URL without a code. */
  receiverCode: string | undefined;
  /** Loads the link again, and shows its current state. */
  reload(): Promise<void>;
  /**
   * If the error says that the link has ended, shows the view for ended links. If the visitor must enter the password again or confirm the
   * email address again, shows the form for that step. Returns whether it showed one of these views.
   */
  showIfClosed(error: unknown): boolean;
  /** Lets screen readers read a text. */
  announce(text: string): void;
};

export type Visit = LinkCalls;
export type Wanted = ClaimBody;

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
