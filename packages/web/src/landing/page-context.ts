import type { Visit } from "./visit.ts";

/** The functions of the page that its views use. */
export type Page = {
  token: string;
  visit: Visit;
  /** Loads the link again, and shows the link. */
  reload(): Promise<void>;
  /**
   * If the error says that the link has ended, shows that. If the visitor must show the password or the email address again, asks for
   * it. Returns whether it did one of these.
   */
  showIfClosed(error: unknown): boolean;
  /** Lets screen readers read a text. */
  announce(text: string): void;
};
