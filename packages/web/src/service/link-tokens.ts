/** The key does not begin with the prefix of account data, because the sign-in of another account must not delete the token. */
const keyOf = (path: string) => `link ${path}`;
/** For a browser that forbids storage. These tokens exist only as long as this document. */
const tokens = new Map<string, string>();

/** The tokens of links from mails and invitations, by the path of their page. The tab stores them, because a sign-in may reload the page. */
export const linkTokens = {
  hold(path: string, token: string): void {
    tokens.set(path, token);
    inStorage((storage) => storage.setItem(keyOf(path), token));
  },
  /** The empty string is the token of no link. */
  of: (path: string): string => tokens.get(path) ?? inStorage((storage) => storage.getItem(keyOf(path))) ?? "",
  /** Call it when the link was used. */
  forget(path: string): void {
    tokens.delete(path);
    inStorage((storage) => storage.removeItem(keyOf(path)));
  },
};

function inStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}
