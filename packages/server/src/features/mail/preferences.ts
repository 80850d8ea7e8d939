import type { Tx } from "../../platform/database/queries.ts";
import type { MailTopic } from "../../platform/database/unions.ts";
import { mailTopics } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import type { MailChoices } from "../outbox/mail.ts";
import { mailPreferenceQueries } from "../outbox/mail-queries.ts";
import { findHolders } from "../people/find-users.ts";
import { isProven, provenEmailOf } from "../people/people.ts";
import { readUnsubscribeToken, type Unsubscribe } from "./unsubscribe-token.ts";

/** Returns the mail settings of the caller. */
export function getMailPreferences({ db }: Pick<Deps, "db">) {
  return ({ userId }: Caller): Promise<MailChoices> => mailPreferenceQueries(db).find({ userId });
}

/**
 * Stores the given mail settings of the caller, and returns all settings. The topic `shares` includes invitations. If a caller with a
 * proven email address turns `shares` on, this also turns on invitations to the email address, in case its reader turned them off.
 */
export function setMailPreferences({ db }: Pick<Deps, "db">) {
  return ({ userId }: Caller, choices: Partial<MailChoices>): Promise<MailChoices> =>
    db.transaction(async (tx) => {
      await mailPreferenceQueries(tx).put({ userId }, choices);
      const email = await provenEmailOf(tx, userId);
      const isOn = choices.shares !== undefined && choices.shares !== "never";
      if (isOn && email !== undefined) await mailPreferenceQueries(tx).put({ email }, { shares: "at_once" });
      return mailPreferenceQueries(tx).find({ userId });
    });
}

/**
 * Returns which mails a token can turn off. Does not turn them off, because mail scanners also open links. Throws `account_link_invalid`.
 */
export function lookAtUnsubscribe({ linkKeys }: Pick<Deps, "linkKeys">) {
  return (token: string): Unsubscribe["topic"] => read(linkKeys.unsubscribes, token).topic;
}

/** Turns mails off with the token from a mail. Idempotent. Throws `account_link_invalid`. */
export function unsubscribe({ db, linkKeys }: Pick<Deps, "db" | "linkKeys">) {
  return async (token: string): Promise<Unsubscribe["topic"]> => {
    const { holder, topic } = read(linkKeys.unsubscribes, token);
    await db.transaction(async (tx) => {
      if (topic !== "digest") await mailPreferenceQueries(tx).put(holder, { [topic]: "never" });
      else await mailPreferenceQueries(tx).put(holder, await dailyOff(tx, holder));
      if ("email" in holder && topic !== "digest") await turnOffForUser(tx, { email: holder.email, topic });
    });
    return topic;
  };
}

function read(keys: readonly Uint8Array[], token: string): Unsubscribe {
  const found = readUnsubscribeToken(keys, token);
  if (found !== undefined) return found;
  throw new DomainError("account_link_invalid", "This link is not complete. Copy the whole link from the mail.");
}

/** Returns the mail settings that turn off each topic of the daily digest. */
async function dailyOff(tx: Tx, holder: Unsubscribe["holder"]): Promise<Partial<MailChoices>> {
  const choices = await mailPreferenceQueries(tx).find(holder);
  const daily = mailTopics.filter((topic) => choices[topic] === "daily");
  return Object.fromEntries(daily.map((topic) => [topic, "never"]));
}

/** Turns off the topic in the settings of the user who has proven the email address, so that the settings show it. */
async function turnOffForUser(tx: Tx, { email, topic }: { email: string; topic: MailTopic }): Promise<void> {
  const userId = (await findHolders(tx, [email])).get(email);
  if (userId === undefined || !(await isProven(tx, { userId, email }))) return;
  await mailPreferenceQueries(tx).put({ userId }, { [topic]: "never" });
}
