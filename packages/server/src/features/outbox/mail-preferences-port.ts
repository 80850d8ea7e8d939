import type { MailChoice, MailTopic } from "../../platform/database/unions.ts";

/** The person who has the mail settings: a user, or the reader of an email address, who may have no account. */
export type MailHolder = { userId: string } | { email: string };

export type MailChoices = Record<MailTopic, MailChoice>;

export type MailPreferenceQueries = {
  /** Returns the mail settings of this person. Default: `at_once` for each topic. */
  find(holder: MailHolder): Promise<MailChoices>;
  /** Stores the settings of these topics. The settings of the other topics stay. */
  put(holder: MailHolder, choices: Partial<MailChoices>): Promise<void>;
};
