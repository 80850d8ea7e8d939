import { inStorage } from "./choices.ts";

/** The sign-in of another account deletes all keys with the prefix of account data, so this key has another prefix. */
const keyOf = (path: string) => `link ${path}`;
/** The tokens in memory, for a browser that forbids storage. These tokens exist only as long as this document. */
const tokens = new Map<string, string>();

/**
 * The tokens of mailed links and of invitations, by the path of their page. The tab stores the tokens, because a sign-in may reload the
 * page.
 */
export const linkTokens = {
  hold(path: string, token: string): void {
    tokens.set(path, token);
    inStorage("sessionStorage", (storage) => storage.setItem(keyOf(path), token));
  },
  /** Returns the token for a path, or an empty string if no token is stored. */
  of: (path: string): string =>
    tokens.get(path) ?? inStorage("sessionStorage", (storage) => storage.getItem(keyOf(path))) ?? "",
  forget(path: string): void {
    tokens.delete(path);
    inStorage("sessionStorage", (storage) => storage.removeItem(keyOf(path)));
  },
};
