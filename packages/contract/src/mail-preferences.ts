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
 * - `links`: somebody opens or claims your links, if `notify` of the link asks for a mail
 * - `files`: your file requests receive files, if `notify` of the file request asks for a mail
 * - `requests`: somebody asks for access to your notes
 */
export const MailPreferences = Type.Object(choices);
export type MailPreferences = Static<typeof MailPreferences>;

/** A topic that is absent does not change. */
export const UpdateMailPreferencesBody = closedObject(Type.Partial(Type.Object(choices)).properties, {
  minProperties: 1,
});
export type UpdateMailPreferencesBody = Static<typeof UpdateMailPreferencesBody>;

/** The token in the link of a mail. With this token, the service turns off the mails of one topic, and does nothing else. */
export const UnsubscribeParams = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1024 }) });
