import type { MailChoice, MailTopic } from "../../domain/mail.ts";

/** The holder of a choice: a user, or the reader of an email address that may have no account. */
export type MailHolder = { userId: string } | { email: string };

export type MailChoices = Record<MailTopic, MailChoice>;

export type MailPreferenceQueries = {
  /** Returns the choices of a holder. Default: `at_once` for each topic. */
  find(holder: MailHolder): Promise<MailChoices>;
  /** Stores these choices. The others stay. */
  put(holder: MailHolder, choices: Partial<MailChoices>): Promise<void>;
};
