/** Stores the time of the last reload, to avoid a reload loop. */
const KEY = "valetkey.reloaded";
const SELDOM_MS = 60_000;

/**
 * Reloads a page of a previous build when it requests code that the service no longer has. Unsaved text of notes is stored in the browser
 * before the reload.
 * https://vite.dev/guide/build#load-error-handling
 */
export function reloadForNewBuild(): void {
  addEventListener("vite:preloadError", () => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < SELDOM_MS) return;
    void reloadIfServed(() => sessionStorage.setItem(KEY, String(Date.now())));
  });
}

/** Reloads the page if the service responds. Without a response, the browser would show its own error page. */
export async function reloadIfServed(onReload = () => {}): Promise<void> {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  if (answer?.ok !== true) return;
  onReload();
  location.reload();
}
