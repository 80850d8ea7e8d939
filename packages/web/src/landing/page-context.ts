import type { Visit } from "./visit.ts";

/** The page, as its views use it. */
export type Page = {
  token: string;
  visit: Visit;
  /** Loads the link again, and shows it. */
  reload(): Promise<void>;
  /** Shows that the link has ended, or asks for its password again, if the error says so. Returns whether it did. */
  showIfClosed(error: unknown): boolean;
  /** Reads a text to people who use a screen reader. */
  announce(text: string): void;
};
