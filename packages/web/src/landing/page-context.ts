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
   * Shows the view for ended links if the error says that the link has ended. If the visitor must enter the password or confirm the email
   * address again, shows the form for this step. Returns whether one of these views is shown.
   */
  showIfClosed(error: unknown): boolean;
  /** Makes screen readers read a text. */
  announce(text: string): void;
};

export type Visit = LinkCalls;
export type Wanted = ClaimBody;

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
