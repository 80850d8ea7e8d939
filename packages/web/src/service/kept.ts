/** What names of things that are kept in this browser begin with: keys of localStorage, databases, caches, files of its own storage. */
const PREFIX = "valetkey";
/** The theme belongs to the browser and not to an account. */
const STAYS: ReadonlySet<string> = new Set(["valetkey.theme"]);

type Callback = () => unknown;
const callbacks = new Set<Callback>();

/**
 * Calls back when an account leaves this browser, before the page is loaded anew: stop what goes on. What is stored under a name that
 * begins with "valetkey" is deleted by itself afterwards, whether or not its feature was loaded. Answers how to take it back.
 */
export function onSignOut(callback: Callback): () => void {
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

type Finish = () => Promise<unknown>;
const finishes = new Set<Finish>();

/** Calls back before a sign-out, while the service still takes what is on its way: finish it. */
export function beforeSignOut(finish: Finish): void {
  finishes.add(finish);
}

/** Waits for what is on its way; what fails has said so, or is still kept. */
export async function finishBeforeSignOut(): Promise<void> {
  await Promise.allSettled([...finishes].map((finish) => finish()));
}

/** Forgets what was kept here for an account. Never rejects: what can't be deleted must not keep anyone signed in. */
export async function forgetKept(): Promise<void> {
  await Promise.allSettled([...callbacks].map(async (callback) => callback()));
  await Promise.allSettled([forgetStorage(), forgetDatabases(), forgetCaches(), forgetFiles()]);
}

const OWNER = "valetkey.account";

/** Makes sure that what is kept here is this account's: what another one left behind is forgotten. */
export async function keepFor(accountId: string): Promise<void> {
  try {
    const owner = localStorage.getItem(OWNER);
    if (owner === accountId) return;
    if (owner !== null) await forgetKept();
    localStorage.setItem(OWNER, accountId);
  } catch {
    // A page that may store nothing keeps nothing.
  }
}

function isKept(name: string | undefined): name is string {
  return name?.startsWith(PREFIX) === true && !STAYS.has(name);
}

async function forgetStorage(): Promise<void> {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage).filter(isKept)) storage.removeItem(key);
  }
}

async function forgetDatabases(): Promise<void> {
  const databases = await indexedDB.databases();
  await Promise.all(databases.map(({ name }) => isKept(name) && emptyDatabase(name)));
}

// Emptied and not deleted: a deletion would wait for every tab that has it open.
async function emptyDatabase(name: string): Promise<void> {
  const database = await settled(indexedDB.open(name));
  const stores = [...database.objectStoreNames];
  if (stores.length > 0) {
    const transaction = database.transaction(stores, "readwrite");
    await Promise.all(stores.map((store) => settled(transaction.objectStore(store).clear())));
  }
  database.close();
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function forgetCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter(isKept).map((name) => caches.delete(name)));
}

async function forgetFiles(): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  const removals: Promise<void>[] = [];
  for await (const name of folder.keys()) if (isKept(name)) removals.push(folder.removeEntry(name));
  await Promise.allSettled(removals);
}
