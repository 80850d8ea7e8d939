import { deriveLinkKeys } from "../../usecases/links/keys.ts";

/** The keys of links in tests. */
export const testLinkKeys = deriveLinkKeys(["the AUTH_SECRET of tests, which is long enough"]);
