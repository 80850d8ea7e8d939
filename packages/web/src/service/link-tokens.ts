import { inStorage } from "./choices.ts";

/**
 * The sign-in of another account deletes all keys with the prefix of account data. So the key of a token does not begin with this prefix.
 */
const keyOf = (path: string) => `link ${path}`;
/** The copy in memory, for a browser that forbids storage. The copy exists only as long as this document. */
const tokens = new Map<string, string>();

/**
 * The tokens of the links in mails and invitations, by the path of their page. The tab stores the tokens, because a sign-in may reload the
 * page.
 */
export const linkTokens = {
  hold(path: string, token: string): void {
    tokens.set(path, token);
    inStorage("sessionStorage", (storage) => storage.setItem(keyOf(path), token));
  },
  /** Returns the token for a path, or an empty string if there is none. */
  of: (path: string): string =>
    tokens.get(path) ?? inStorage("sessionStorage", (storage) => storage.getItem(keyOf(path))) ?? "",
  /** Deletes the token after the user has used the link. */
  forget(path: string): void {
    tokens.delete(path);
    inStorage("sessionStorage", (storage) => storage.removeItem(keyOf(path)));
  },
};
