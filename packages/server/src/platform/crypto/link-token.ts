import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { idBytes, idOf, readBase64url } from "./ids.ts";

/**
 * The keys for links, invitations, mails, webhooks, second factors and known browsers. Each key is derived from AUTH_SECRET for one purpose
 * (RFC 5869). The first key of a purpose makes new tokens. The service accepts tokens of every key of the purpose.
 */
export type LinkKeys = {
  tokens: readonly Uint8Array[];
  passes: readonly Uint8Array[];
  receipts: readonly Uint8Array[];
  invitations: readonly Uint8Array[];
  unsubscribes: readonly Uint8Array[];
  codes: readonly Uint8Array[];
  webhooks: readonly Uint8Array[];
  secondFactors: readonly Uint8Array[];
  browsers: readonly Uint8Array[];
  receivers: readonly Uint8Array[];
};

const KEY_BYTES = 32;

/** `secrets`: AUTH_SECRET, and then the secrets in AUTH_SECRETS_OLD. */
export function deriveLinkKeys(secrets: readonly string[]): LinkKeys {
  const derive = (purpose: string) =>
    secrets.map((secret) => new Uint8Array(hkdfSync("sha256", secret, "", `valetkey links: ${purpose}`, KEY_BYTES)));
  // The passes of visitors have only one key, so a new AUTH_SECRET makes all passes invalid. A visitor can then open the link again to get
  // a new pass. The URLs of links and the receipts must remain valid, so these two have several keys.
  const [passKey] = derive("visitor passes");
  return {
    tokens: derive("tokens"),
    passes: passKey === undefined ? [] : [passKey],
    receipts: derive("receipts"),
    invitations: derive("invitations"),
    unsubscribes: derive("unsubscribes"),
    codes: derive("codes"),
    webhooks: derive("webhooks"),
    secondFactors: derive("second factors"),
    browsers: derive("browsers"),
    receivers: derive("receivers of mails"),
  };
}

const ID_BYTES = 16;
const MAC_BYTES = 16;
const TOKEN_LENGTH = 43;

type Subject = { linkId: string; generation: number };

/** The parts of a token with a valid format. `tokenIsRight` checks whether the token opens the link. */
type ReadToken = { linkId: string; mac: Uint8Array };

/**
 * Creates the token of a link: 43 characters with the id of the link, and a MAC over the id and the generation of the link. A person who
 * has only the database cannot create a token, because the key comes from AUTH_SECRET (docs/security-requirements.md, 19).
 */
export function makeToken(key: Uint8Array, subject: Subject): string {
  return Buffer.concat([idBytes(subject.linkId), macOf(key, subject)]).toString("base64url");
}

/** Reads the parts of a token, which may follow a readable prefix that ends with `~`. Returns undefined for other texts. */
export function readToken(text: string): ReadToken | undefined {
  const token = text.slice(text.lastIndexOf("~") + 1);
  const bytes = token.length === TOKEN_LENGTH ? readBase64url(token) : undefined;
  if (bytes === undefined) return undefined;
  return { linkId: idOf(bytes.subarray(0, ID_BYTES)), mac: bytes.subarray(ID_BYTES) };
}

/** Returns whether one of the keys made the token for this generation of the link. Takes the same time for every token. */
export function tokenIsRight(keys: readonly Uint8Array[], token: ReadToken, generation: number): boolean {
  let isRight = false;
  for (const key of keys) {
    if (timingSafeEqual(macOf(key, { linkId: token.linkId, generation }), token.mac)) isRight = true;
  }
  return isRight;
}

function macOf(key: Uint8Array, { linkId, generation }: Subject): Buffer {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(generation));
  return createHmac("sha256", key).update(idBytes(linkId)).update(counter).digest().subarray(0, MAC_BYTES);
}
