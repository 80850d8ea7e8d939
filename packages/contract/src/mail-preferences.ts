import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";

/** When the mails of a topic are sent. `daily`: in the daily digest. */
export const MailChoice = Type.Enum(["at_once", "daily", "never"]);
export type MailChoice = Static<typeof MailChoice>;

const choices = {
  shares: MailChoice,
  expiry: MailChoice,
  links: MailChoice,
  files: MailChoice,
  requests: MailChoice,
};

/**
 * The choices of the caller about mails.
 *
 * - `shares`: a note or a file is shared with you
 * - `expiry`: a share ends within a day
 * - `links`: somebody opens or claims your links, as each link says
 * - `files`: your file requests receive files, as each request says
 * - `requests`: somebody asks for access to your notes
 */
export const MailPreferences = Type.Object(choices);
export type MailPreferences = Static<typeof MailPreferences>;

/** A topic that is absent does not change. */
export const UpdateMailPreferencesBody = closedObject(Type.Partial(Type.Object(choices)).properties, {
  minProperties: 1,
});
export type UpdateMailPreferencesBody = Static<typeof UpdateMailPreferencesBody>;

/** The token of a mail. It turns off mails of one topic, and does nothing else. */
export const UnsubscribeParams = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1024 }) });
