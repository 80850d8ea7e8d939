import { createHash, createHmac } from "node:crypto";
import type { LinkKeys } from "../../platform/crypto/link-token.ts";
import type { Link } from "./link.ts";

/** A person to whom somebody sent a link by mail. Instants are milliseconds since the epoch. */
export type Receiver = {
  /** A UUIDv7, so that the order of ids is the order of time. Another mail to the same email address changes the id. */
  id: string;
  /** The normalised email address. */
  email: string;
  /** The generation of the link whose URL is in the mail. */
  generation: number;
  queuedAt: number;
  sentAt: number | undefined;
  givenUpAt: number | undefined;
  visitedAt: number | undefined;
  usedAt: number | undefined;
};

export type SentMail = {
  link: Pick<Link, "id" | "generation">;
  sentBy: string;
  receivers: readonly { id: string; email: string; codeHash: string }[];
  now: number;
};

/** The receiver whose mail led to a visit. `generation`: the generation of the link that the visitor opened. */
export type ReceiverOfVisit = { linkId: string; generation: number } & ({ email: string } | { codeHash: string });

export type ReceiverState = "waiting" | "sent" | "visited" | "used" | "not_delivered";

/** Returns the last known state of a mail. A visit proves that the mail arrived, even if the mail server refused the mail later. */
export function receiverState({ sentAt, givenUpAt, visitedAt, usedAt }: Receiver): ReceiverState {
  if (usedAt !== undefined) return "used";
  if (visitedAt !== undefined) return "visited";
  if (sentAt !== undefined) return "sent";
  return givenUpAt === undefined ? "waiting" : "not_delivered";
}

const CODE_LENGTH = 12;

type Mailed = { linkId: string; generation: number; email: string };

/**
 * Returns the code of a receiver, computed with each key. The URL in the mail contains the code. Each try to send the mail computes the
 * code again, so no table contains the code. The code works only together with the token of the link, so the code alone gives no access.
 */
export function codesOf({ receivers }: Pick<LinkKeys, "receivers">, { linkId, generation, email }: Mailed): string[] {
  const text = `${linkId}\n${generation}\n${email}`;
  return receivers.map((key) => createHmac("sha256", key).update(text).digest("base64url").slice(0, CODE_LENGTH));
}

export function hashOfCode(code: string): string {
  return createHash("sha256").update(code).digest("base64url");
}

/**
 * Returns the receiver of a visit, or undefined for a visitor without a mail. If the link has recipients, the proven email address
 * identifies the receiver, because a forwarded mail contains the code of another person.
 */
export function receiverOf(
  { id: linkId, generation, recipients }: Pick<Link, "id" | "generation" | "recipients">,
  { recipient, code }: { recipient: string | undefined; code: string | undefined },
): ReceiverOfVisit | undefined {
  if (recipient !== undefined) return { linkId, generation, email: recipient };
  if (recipients.length > 0 || code?.length !== CODE_LENGTH) return undefined;
  return { linkId, generation, codeHash: hashOfCode(code) };
}
