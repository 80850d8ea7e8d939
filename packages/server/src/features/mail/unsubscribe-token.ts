import { createHmac, timingSafeEqual } from "node:crypto";
import { readBase64url } from "../../platform/crypto/ids.ts";
import type { MailTopic } from "../../platform/database/unions.ts";
import { mailTopics } from "../../platform/database/unions.ts";
import type { MailHolder } from "../outbox/mail.ts";

/** The mails that one token can turn off. `digest`: every topic of the daily digest. */
export type Unsubscribe = { holder: MailHolder; topic: MailTopic | "digest" };

const MAC_BYTES = 16;

/**
 * Makes the token for the header `List-Unsubscribe` of a mail. The token contains the reader and the topic. People can use it only to turn
 * mails off. It never expires, because people keep mails for years.
 */
export function makeUnsubscribeToken([key]: readonly Uint8Array[], { holder, topic }: Unsubscribe): string {
  if (key === undefined) throw new Error("a token needs a key");
  const named = "userId" in holder ? ["user", holder.userId] : ["email", holder.email];
  const body = Buffer.from(JSON.stringify([topic, ...named]));
  return Buffer.concat([macOf(key, body), body]).toString("base64url");
}

/** Reads a token that was made with one of the keys. Returns undefined for any other text. */
export function readUnsubscribeToken(keys: readonly Uint8Array[], token: string): Unsubscribe | undefined {
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
