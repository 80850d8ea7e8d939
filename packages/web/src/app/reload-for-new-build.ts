/** When this page was last loaded anew for that reason: once in a while helps, again and again would not. */
const KEY = "valetkey.reloaded";
const SELDOM_MS = 60_000;

/**
 * A page that is open while the service gets a new build asks for code that is no longer there. It is loaded anew then, at the same
 * address; what was being written is kept by its feature. https://vite.dev/guide/build#load-error-handling
 */
export function reloadForNewBuild(): void {
  addEventListener("vite:preloadError", () => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < SELDOM_MS) return;
    void reloadIfServed(() => sessionStorage.setItem(KEY, String(Date.now())));
  });
}

/** Loads the page anew, but only while the service answers: otherwise the browser's own error page would take its place. */
export async function reloadIfServed(onReload = () => {}): Promise<void> {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  if (answer?.ok !== true) return;
  onReload();
  location.reload();
}
