import { openLinkCalls, type PublicLink } from "@valetkey/client";
import { ignoreRepeatedClicks } from "../components/ignore-repeated-clicks.ts";
import { chooseLanguage, LANGUAGES, otherLanguages } from "../texts/choose-language.ts";
import { describeProblem } from "../texts/describe-problem.ts";
import { fill, h } from "./dom.ts";
import { downloadView } from "./download-view.ts";
import { hasCode, type Page, type Visit } from "./page-context.ts";
import { texts } from "./texts/en.ts";
import { lockedView } from "./views/locked.ts";
import { ticket } from "./views/parts.ts";
import "./landing.css";

type RequestView = typeof import("./request/request-view.ts").requestView;

/** Loads the link, and shows its current state in `root`. */
function startPage({ root, token, visit }: { root: HTMLElement; token: string; visit: Visit }): void {
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

/** Loads the code for uploads on demand. The code is as large as the rest of the page, and most links do not need the code. */
async function loadRequestView(link: Parameters<RequestView>[0], page: Page): Promise<HTMLElement> {
  return (await import("./request/request-view.ts")).requestView(link, page);
}

const bar = (size: string) => h("div", { class: `skeleton ${size}` });

/** The outline of a ticket. The outline appears only if the load takes a noticeable time. */
function loadingView(): HTMLElement {
  return h(
    "section",
    { class: "ticket appear-late", "aria-hidden": "true" },
    h(
      "div",
      { class: "flex flex-col gap-3 p-4 pb-5 md:p-6" },
      bar("h-7 w-3/4"),
      bar("h-11 w-full"),
      bar("h-11 w-full"),
    ),
    h("div", { class: "perforation" }),
    h("div", { class: "p-4 md:px-6" }, bar("h-8 w-1/2")),
  );
}

/** The view for every link that does not work. The page does not say why the link does not work. */
function endedView(): HTMLElement {
  const { title, hint } = texts.ended;
  return ticket({ title, isOver: true }, { body: [h("p", { class: "mt-2" }, hint)] });
}

function failedView({ error, onRetry }: { error: unknown; onRetry: () => void }): HTMLElement {
  const retry = h("button", { type: "button", class: "button secondary", onclick: onRetry }, texts.tryAgain);
  return ticket(
    { title: texts.failed.title },
    {
      body: [
        h("p", { role: "alert", class: "mt-2 text-muted" }, describeProblem(error)),
        h("p", { class: "mt-4" }, retry),
      ],
    },
  );
}

/** Offers the other languages by their own names, below the ticket. */
function languageLine(): HTMLElement {
  const links = otherLanguages.map((language) =>
    h(
      "button",
      {
        type: "button",
        lang: language,
        class: "cursor-pointer px-2 py-1 underline underline-offset-2",
        onclick: () => chooseLanguage(language),
      },
      LANGUAGES[language],
    ),
  );
  return h("p", { class: "mt-6 flex gap-4 text-small text-muted" }, ...links);
}

const root = document.getElementById("root");
if (root === null) throw new Error("The document has no #root element.");
ignoreRepeatedClicks(document);
// The path contains the token with its readable prefix. The page keeps the prefix, because the service ignores it.
const token = decodeURIComponent(location.pathname.split("/")[2] ?? "");
startPage({ root, token, visit: openLinkCalls(token, { baseUrl: location.origin }) });
