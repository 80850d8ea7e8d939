/** What names of things that are kept in this browser begin with: keys of localStorage, databases, caches. */
const PREFIX = "valetkey";
/** The theme belongs to the browser and not to an account. */
const STAYS: ReadonlySet<string> = new Set(["valetkey.theme"]);

type Callback = () => unknown;
const callbacks = new Set<Callback>();

/**
 * Calls back when an account leaves this browser, before the page is loaded anew: close databases, drop what is in memory. What is stored
 * under a name that begins with "valetkey" is deleted by itself afterwards, whether or not its feature was loaded. Answers how to take it back.
 */
export function onSignOut(callback: Callback): () => void {
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** Forgets what was kept here for an account. Never rejects: what can't be deleted must not keep anyone signed in. */
export async function forgetKept(): Promise<void> {
  await Promise.allSettled([...callbacks].map(async (callback) => callback()));
  await Promise.allSettled([forgetStorage(), forgetDatabases(), forgetCaches()]);
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
  await Promise.all(databases.map(({ name }) => isKept(name) && deleteDatabase(name)));
}

function deleteDatabase(name: string): Promise<unknown> {
  const request = indexedDB.deleteDatabase(name);
  // Blocked: another tab has it open, and lets go when it leaves too.
  return new Promise((resolve) => {
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
}

async function forgetCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter(isKept).map((name) => caches.delete(name)));
}
