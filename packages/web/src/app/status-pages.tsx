import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { buttonStyle } from "../components/button.tsx";
import { useDocumentTitle } from "../components/hooks.ts";
import { CardPage } from "../components/page.tsx";
import { Failure, Skeleton } from "../components/states.tsx";
import { useConnection } from "../service/client.ts";
import { texts } from "../texts/index.ts";

/** The placeholder of a page while the code or data of the page loads. */
export function PendingPage() {
  return (
    <div className="mx-auto flex w-full max-w-[760px] flex-col gap-6 p-6 md:pt-10">
      <p role="status" className="sr-only">
        {texts.common.loading}
      </p>
      <Skeleton className="h-7 w-1/2" />
      <Skeleton className="h-9 w-1/4" />
      <Skeleton className="h-14" />
      <Skeleton className="h-14" />
    </div>
  );
}

/** Replaces a page that failed. If the connection was interrupted, the page loads again without a click. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  const isOnline = useConnection() === "online";
  const wasOnline = useRef(isOnline);
  const retry = () => {
    reset();
    // If the code of a page could not be loaded, the browser requests this code again only after a reload.
    void reloadIfServed();
  };
  const retryNow = useEffectEvent(retry);
  useEffect(() => {
    if (isOnline && !wasOnline.current) retryNow();
    wasOnline.current = isOnline;
  }, [isOnline]);
  return (
    <main className="grid min-h-full place-items-center">
      <Failure title={texts.app.failed.title} query={{ error, refetch: retry }} />
    </main>
  );
}

export function MissingPage() {
  const { title, hint, action } = texts.app.notFound;
  useDocumentTitle(title);
  return (
    <CardPage title={title} hint={hint}>
      <Link to="/" className={buttonStyle({ kind: "primary", className: "w-full" })}>
        {action}
      </Link>
    </CardPage>
  );
}

/** Stores the time of the last reload, to avoid a reload loop. */
const KEY = "valetkey.reloaded";
const SELDOM_MS = 60_000;

/**
 * Reloads a page of an older build when the page requests code that the service no longer has. The browser has already stored unsaved text
 * of notes. https://vite.dev/guide/build#load-error-handling
 */
export function reloadForNewBuild(): void {
  addEventListener("vite:preloadError", () => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < SELDOM_MS) return;
    void reloadIfServed(() => sessionStorage.setItem(KEY, String(Date.now())));
  });
}

/** Reloads the page if the service responds. Without a response, the browser would show its own error page. */
async function reloadIfServed(onReload = () => {}): Promise<void> {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  if (answer?.ok !== true) return;
  onReload();
  location.reload();
}
