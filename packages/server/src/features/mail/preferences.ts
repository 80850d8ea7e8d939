import { createHmac, timingSafeEqual } from "node:crypto";
import { readBase64url } from "../../platform/crypto/ids.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { type MailChoice, type MailTopic, mailTopics } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import type { MailChoices, MailHolder } from "../outbox/mail.ts";
import { mailPreferenceQueries } from "../outbox/mail-queries.ts";
import { findHolders } from "../people/find-users.ts";
import { isProven, provenEmailOf } from "../people/index.ts";

export function createPreferences({ db, linkKeys }: Deps) {
  return {
    getMailPreferences({ userId }: Caller): Promise<MailChoices> {
      return mailPreferenceQueries(db).find({ userId });
    },

    /**
     * Stores the mail settings of the caller, and returns all settings. The topic `shares` includes invitations. If a caller with a proven
     * email address turns `shares` on, this also turns on invitations to the email address.
     */
    setMailPreferences({ userId }: Caller, choices: Partial<MailChoices>): Promise<MailChoices> {
      return db.transaction(async (tx) => {
        await mailPreferenceQueries(tx).put({ userId }, choices);
        const email = await provenEmailOf(tx, userId);
        const isOn = choices.shares !== undefined && choices.shares !== "never";
        if (isOn && email !== undefined) await mailPreferenceQueries(tx).put({ email }, { shares: "at_once" });
        return mailPreferenceQueries(tx).find({ userId });
      });
    },

    /** Returns which mails a token can turn off. Changes nothing, because mail scanners also open links. Throws `account_link_invalid`. */
    lookAtUnsubscribe(token: string): Unsubscribe["topic"] {
      return read(linkKeys.unsubscribes, token).topic;
    },

    /** Turns mails off with an unsubscribe token. A repeated call has no further effect. Throws `account_link_invalid`. */
    async unsubscribe(token: string): Promise<Unsubscribe["topic"]> {
      const { holder, topic } = read(linkKeys.unsubscribes, token);
      await db.transaction(async (tx) => {
        if (topic !== "digest") await mailPreferenceQueries(tx).put(holder, { [topic]: "never" });
        else await mailPreferenceQueries(tx).put(holder, await dailyOff(tx, holder));
        if ("email" in holder && topic !== "digest") await turnOffForUser(tx, { email: holder.email, topic });
      });
      return topic;
    },
  };
}

/** Returns when an email address gets mails about shares. Also reads the settings of a user who has proven it. */
export async function shareChoice(
  tx: Tx,
  { email, userId }: { email: string; userId: string | undefined },
): Promise<MailChoice> {
  if ((await mailPreferenceQueries(tx).find({ email })).shares === "never") return "never";
  if (userId === undefined || !(await isProven(tx, { userId, email }))) return "at_once";
  return (await mailPreferenceQueries(tx).find({ userId })).shares;
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

/** Turns off the topic also for the user who has proven the email address, so that the settings of this user show the change. */
async function turnOffForUser(tx: Tx, { email, topic }: { email: string; topic: MailTopic }): Promise<void> {
  const userId = (await findHolders(tx, [email])).get(email);
  if (userId === undefined || !(await isProven(tx, { userId, email }))) return;
  await mailPreferenceQueries(tx).put({ userId }, { [topic]: "never" });
}

/** The mails that one unsubscribe token can turn off. `digest`: every topic of the daily digest. */
export type Unsubscribe = { holder: MailHolder; topic: MailTopic | "digest" };

const MAC_BYTES = 16;

/**
 * Creates the token for the header `List-Unsubscribe` of a mail. The token contains the reader and the topic, and can only turn mails off.
 * It never expires, because people keep mails for years.
 */
export function makeUnsubscribeToken([key]: readonly Uint8Array[], { holder, topic }: Unsubscribe): string {
  if (key === undefined) throw new Error("a token needs a key");
  const named = "userId" in holder ? ["user", holder.userId] : ["email", holder.email];
  const body = Buffer.from(JSON.stringify([topic, ...named]));
  return Buffer.concat([macOf(key, body), body]).toString("base64url");
}

/** Reads a token that was made with one of the keys. Returns undefined for any other text. */
function readUnsubscribeToken(keys: readonly Uint8Array[], token: string): Unsubscribe | undefined {
  const bytes = readBase64url(token);
  if (bytes === undefined) return undefined;
  const [mac, body] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES)];
  if (mac.length !== MAC_BYTES || !keys.some((key) => timingSafeEqual(macOf(key, body), mac))) return undefined;
  const [topic, kind, name] = JSON.parse(body.toString()) as [Unsubscribe["topic"], "user" | "email", string];
  if (topic !== "digest" && !mailTopics.includes(topic)) return undefined;
  return { topic, holder: kind === "user" ? { userId: name } : { email: name } };
}

function macOf(key: Uint8Array, body: Buffer): Buffer {
  return createHmac("sha256", key).update(body).digest().subarray(0, MAC_BYTES);
}
