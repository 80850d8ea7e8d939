/** Stores the time of the last reload, to avoid a reload loop. */
const KEY = "valetkey.reloaded";
const SELDOM_MS = 60_000;

/**
 * Reloads a page that requests code of a previous build. The feature of notes stores unsaved text before that.
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
