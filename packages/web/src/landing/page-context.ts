import type { Visit } from "./visit.ts";

/** The functions of the page that its views use. */
export type Page = {
  token: string;
  visit: Visit;
  /** Loads the link again, and shows the link. */
  reload(): Promise<void>;
  /**
   * If the error says that the link has ended, shows that. If the password is wrong, asks for the password again. Returns whether it
   * did one of the two.
   */
  showIfClosed(error: unknown): boolean;
  /** Lets screen readers read a text. */
  announce(text: string): void;
};
