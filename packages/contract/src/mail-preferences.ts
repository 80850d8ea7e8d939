import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";

/** When the service sends the mails of a topic. `daily`: as part of the daily digest. */
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
 * The choices of the caller: for each topic, when the service sends its mails.
 *
 * - `shares`: somebody shares a note or a file with the caller
 * - `expiry`: a share expires within a day
 * - `links`: visitors open links of the caller or download from them, if `notify` of the link asks for a mail
 * - `files`: file requests of the caller receive files, if `notify` of the file request asks for a mail
 * - `requests`: somebody asks for access to a note of the caller
 */
export const MailPreferences = Type.Object(choices);
export type MailPreferences = Static<typeof MailPreferences>;

/** Changes the choices for the given topics. Other topics do not change. */
export const UpdateMailPreferencesBody = closedObject(Type.Partial(Type.Object(choices)).properties, {
  minProperties: 1,
});
export type UpdateMailPreferencesBody = Static<typeof UpdateMailPreferencesBody>;

/** The token in the link of a mail. It can only turn off the mails of one topic. */
export const UnsubscribeParams = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1024 }) });
