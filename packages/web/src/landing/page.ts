import type { PublicLink } from "@valetkey/client";
import { fill } from "./dom.ts";
import { downloadView } from "./download/download-view.ts";
import type { Page } from "./page-context.ts";
import { texts } from "./texts/index.ts";
import { languageLine } from "./views/language-line.ts";
import { lockedView } from "./views/locked.ts";
import { endedView, failedView, loadingView } from "./views/states.ts";
import { hasCode, type Visit } from "./visit.ts";

type RequestView = typeof import("./request/request-view.ts").requestView;

/** Loads the link, and shows its current state in `root`. */
export function startPage({ root, token, visit }: { root: HTMLElement; token: string; visit: Visit }): void {
  const live = document.createElement("p");
  live.className = "sr-only";
  live.setAttribute("aria-live", "polite");
  root.after(live);

  const page: Page = {
    token,
    visit,
    reload,
    showIfClosed(error) {
      const hasEnded = hasCode(error, "link_not_found");
      const isLocked = hasCode(error, "wrong_password");
      const needsEmail = hasCode(error, "recipient_required");
      if (hasEnded) show(endedView());
      // The owner has changed the password since the visitor entered it.
      if (isLocked) show(lockedView(page));
      // The proof of the email address has expired after a day, or the owner has removed the email address from the link.
      if (needsEmail) void loadEmailProof(page).then(show);
      return hasEnded || isLocked || needsEmail;
    },
    announce: (text) => fill(live, text),
  };

  function show(view: HTMLElement): void {
    const isFirst = root.querySelector("h1") === null;
    root.replaceChildren(view, languageLine());
    root.setAttribute("aria-busy", "false");
    // The first view needs no focus, because screen readers read it from its start.
    if (!isFirst) view.querySelector<HTMLElement>("[autofocus], h1")?.focus();
  }

  async function reload(): Promise<void> {
    root.setAttribute("aria-busy", "true");
    try {
      show(await viewOf(await visit.look(), page));
    } catch (error) {
      if (!page.showIfClosed(error)) show(failedView({ error, onRetry: retry }));
    }
  }

  function retry(): void {
    fill(live, texts.loading);
    void reload();
  }

  root.replaceChildren(loadingView());
  void reload();
}

function viewOf(link: PublicLink, page: Page): HTMLElement | Promise<HTMLElement> {
  if (link.state === "locked") return link.by === "email" ? loadEmailProof(page) : lockedView(page);
  return link.request === undefined
    ? downloadView(link, page)
    : loadRequestView({ ...link, request: link.request }, page);
}

/** Loads this view on demand, because only few links are limited to certain email addresses. */
async function loadEmailProof(page: Page): Promise<HTMLElement> {
  return (await import("./views/email-proof.ts")).emailProofView(page);
}

/** Loads the code for uploads on demand. This code is as large as the rest of the page, and most links do not need it. */
async function loadRequestView(link: Parameters<RequestView>[0], page: Page): Promise<HTMLElement> {
  return (await import("./request/request-view.ts")).requestView(link, page);
}
