import { createStore, promisifyRequest, type UseStore } from "idb-keyval";

/** The prefix of all stored names: keys of localStorage, databases, caches and files. */
const PREFIX = "valetkey";
/** The theme belongs to the browser and not to an account, so a sign-out does not delete the theme. */
const STAYS: ReadonlySet<string> = new Set(["valetkey.theme"]);

const callbacks = new Set<() => unknown>();
const finishes = new Set<() => Promise<unknown>>();

/** Calls `callback` at each sign-out, before the account's data is deleted. Returns an unsubscribe function. */
export function onSignOut(callback: () => unknown): () => void {
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** Calls `finish` before each sign-out, so that requests finish while the session is still valid. */
export function beforeSignOut(finish: () => Promise<unknown>): void {
  finishes.add(finish);
}

/** Runs the callbacks of `beforeSignOut`. The promise never rejects. */
export async function finishBeforeSignOut(): Promise<void> {
  await Promise.allSettled([...finishes].map((finish) => finish()));
}

/** Deletes the data of an account from this browser. The promise never rejects, so that a failed deletion cannot prevent a sign-out. */
export async function deleteLocalData(): Promise<void> {
  await Promise.allSettled([...callbacks].map(async (callback) => callback()));
  await Promise.allSettled([clearStorage(), clearDatabases(), deleteCaches(), deleteFiles()]);
}

const OWNER = "valetkey.account";

/** Makes an account the owner of the stored data. First deletes the stored data of any other account. */
export async function claimLocalData(accountId: string): Promise<void> {
  try {
    const owner = localStorage.getItem(OWNER);
    if (owner === accountId) return;
    if (owner !== null) await deleteLocalData();
    localStorage.setItem(OWNER, accountId);
  } catch {
    // A browser that forbids storage has no stored data to delete.
  }
}

function isOurs(name: string | undefined): name is string {
  return name?.startsWith(PREFIX) === true && !STAYS.has(name);
}

async function clearStorage(): Promise<void> {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage).filter(isOurs)) storage.removeItem(key);
  }
}

async function clearDatabases(): Promise<void> {
  const databases = await indexedDB.databases();
  await Promise.all(databases.map(({ name }) => isOurs(name) && clearDatabase(name)));
}

/** Clears a database, because a deletion would wait until every tab has closed the database. */
async function clearDatabase(name: string): Promise<void> {
  const database = await promisifyRequest(indexedDB.open(name));
  const stores = [...database.objectStoreNames];
  if (stores.length > 0) {
    const transaction = database.transaction(stores, "readwrite");
    await Promise.all(stores.map((store) => promisifyRequest(transaction.objectStore(store).clear())));
  }
  database.close();
}

async function deleteCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter(isOurs).map((name) => caches.delete(name)));
}

async function deleteFiles(): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  const removals: Promise<void>[] = [];
  for await (const name of folder.keys()) if (isOurs(name)) removals.push(folder.removeEntry(name));
  await Promise.allSettled(removals);
}

/**
 * Returns a function that runs `work` on an IndexedDB store. The first call opens the store. The database name has the prefix of stored
 * data, so that a sign-out clears the store. Resolves with `fallback` if the store is missing, full or broken.
 */
export function browserStore(name: "uploads" | "thumbnails") {
  let store: UseStore | undefined;
  return async <Result>(work: (store: UseStore) => Promise<Result>, fallback: Result): Promise<Result> => {
    try {
      store ??= createStore(`valetkey.${name}`, name);
      return await work(store);
    } catch {
      return fallback;
    }
  };
}
