import { type OpenedLink, ValetKeyError } from "@valetkey/client";
import { h } from "./dom.ts";
import type { Visit } from "./page-context.ts";
import { texts } from "./texts/en.ts";

const words = texts.visitorView;

/** The data that the app stores before it opens the landing page for the owner. `link` is undefined if the link has ended. */
type Stored = { link?: OpenedLink; lock?: "password" | "email" };

/** The events with which a visitor acts. For the owner, these events have no effect. */
const ACTIONS = ["click", "submit", "change", "drop"];

/**
 * Shows the landing page to the owner of the link as a visitor sees it. The page does not open the link and counts nothing, and its buttons
 * have no effect.
 */
export function visitorView(stored: string, { root, calls }: { root: HTMLElement; calls: Visit }): Visit {
  const { link, lock } = JSON.parse(stored) as Stored;
  let isLocked = lock !== undefined;
  for (const action of ACTIONS) {
    root.addEventListener(
      action,
      (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      true,
    );
  }
  const open = h("button", { class: "button secondary max-md:order-last", onclick: unlock }, words.unlocked);
  const close = h("button", { class: "button secondary", onclick: leave }, words.close);

  function unlock(): void {
    isLocked = false;
    open.remove();
    // After this event, the page checks the link again.
    document.dispatchEvent(new Event("visibilitychange"));
  }

  document.body.prepend(
    h(
      "aside",
      { class: "flex flex-wrap items-center gap-2 border-b bg-sunken px-4 py-2" },
      h("p", { class: "grow basis-40 text-small" }, h("strong", {}, words.title), ` ${words.hint}`),
      isLocked && link !== undefined && open,
      close,
    ),
  );
  return {
    ...calls,
    // The URLs are issued to the owner's own session, so that the activity shows no visitor.
    async previews(attachmentIds) {
      const body = JSON.stringify({ attachmentIds, preview: "small", purpose: "thumbnail" });
      const headers = { "content-type": "application/json" };
      const response = await fetch("/attachments/urls", { method: "POST", headers, body });
      if (!response.ok)
        throw new ValetKeyError("internal", "The pictures could not be loaded.", { status: response.status });
      return response.json();
    },
    async look() {
      const hasEnded = link === undefined || (link.expiresAt !== null && Date.parse(link.expiresAt) <= Date.now());
      if (hasEnded) throw new ValetKeyError("link_not_found", "The link has ended.", { status: 404 });
      return isLocked && lock !== undefined ? { state: "locked", by: lock } : link;
    },
  };
}

/** Leaves the landing page, which the app has opened in a new tab, or in the tab of the app. */
function leave(): void {
  if (history.length > 1) history.back();
  else close();
}
