import { hkdfSync } from "node:crypto";

/**
 * The keys for links, invitations, mails, webhooks, second factors and known browsers. Each one is derived from AUTH_SECRET for one purpose
 * (RFC 5869). The service makes tokens with the first key of a purpose, and accepts tokens that were made with any of its keys.
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
};

const KEY_BYTES = 32;

/** `secrets`: AUTH_SECRET, then the secrets of AUTH_SECRETS_OLD. */
export function deriveLinkKeys(secrets: readonly string[]): LinkKeys {
  const derive = (purpose: string) =>
    secrets.map((secret) => new Uint8Array(hkdfSync("sha256", secret, "", `valetkey links: ${purpose}`, KEY_BYTES)));
  // The passes of visitors have only one key, so a new AUTH_SECRET makes them invalid. This does little harm, because a visitor can open
  // the URL again and get a new pass. The URLs of links and the receipts must stay valid, so they have several keys.
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
  };
}
