import { deriveLinkKeys } from "../platform/crypto/link-token.ts";

/** The keys of links in tests, which come from a fixed secret. */
export const testLinkKeys = deriveLinkKeys(["the AUTH_SECRET of tests, which is long enough"]);
