import type { LinkPolicy } from "../platform/config/limits.ts";
import { deriveLinkKeys } from "../platform/crypto/link-token.ts";

/** The keys for links in tests, which come from a fixed secret. */
export const testLinkKeys = deriveLinkKeys(["the AUTH_SECRET of tests, which is long enough"]);

/** The default policy for links. */
export const testLinkPolicy: LinkPolicy = {
  isEnabled: true,
  maxExpirySeconds: undefined,
  isPasswordRequired: false,
  windowSeconds: 900,
  abuseContact: undefined,
};
