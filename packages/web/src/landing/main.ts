import "./landing.css";
import { openLinkCalls, type PublicLink, ValetKeyError } from "@valetkey/client";
import { ignoreRepeatedClicks } from "../components/ignore-repeated-clicks.ts";
import { chooseLanguage, LANGUAGES, otherLanguages } from "../texts/choose-language.ts";
import { describeProblem } from "../texts/describe-problem.ts";
import { fill, h } from "./dom.ts";
import { downloadView } from "./download-view.ts";
import { hasCode, type Page, type Shown, shownFor, watchLink } from "./page-context.ts";
import { type KeptReceipt, receiptsOf } from "./request/kept-receipts.ts";
import { texts } from "./texts/en.ts";
import { lockedView } from "./views/locked.ts";
import { ticket } from "./views/parts.ts";

type Opened = Pick<Page, "token" | "visit" | "receiverCode"> & { root: HTMLElement };
type RequestView = typeof import("./request/request-view.ts").requestView;

/** Loads the link, and shows the current state of the link in `root`. */
function startPage({ root, token, visit, receiverCode }: Opened): void {
  const live = document.createElement("p");
  live.className = "sr-only";
  live.setAttribute("aria-live", "polite");
  root.after(live);

  let shown: Shown = "nothing";
  const { check, whileBusy } = watchLink({
    look: () => visit.look(),
    shown: () => shown,
    onChange: (link) => void showLink(link),
    onError: (error) => page.showIfClosed(error),
  });
  const page: Page = {
    token,
    visit,
    receiverCode,
    reload,
    check,
    whileBusy,
    showIfClosed(error) {
      const hasEnded = hasCode(error, "link_not_found");
      const isLocked = hasCode(error, "wrong_password");
      const needsEmail = hasCode(error, "recipient_required");
      if (hasEnded) void showEnded();
      // The owner has changed the password since the visitor typed it.
      if (isLocked) show(lockedView(page), "password");
      // The confirmation of the email address has expired after a day, or the owner has removed the email address from the link.
      if (needsEmail) void loadEmailProof(page).then((view) => show(view, "email"));
      return hasEnded || isLocked || needsEmail;
    },
    announce: (text) => fill(live, text),
  };

  function show(view: HTMLElement, kind: Shown): void {
    shown = kind;
    const isFirst = root.querySelector("h1") === null;
    // The preview closes, because the visitor must see that the link has ended.
    document.querySelector("dialog")?.close();
    root.replaceChildren(view, languageLine());
    root.setAttribute("aria-busy", "false");
    // Screen readers start at the top of the first view, so only later views need the focus.
    if (!isFirst) view.querySelector<HTMLElement>("[autofocus], h1")?.focus();
  }

  /** Shows that the link has ended, and the receipts of the files that the visitor sent. */
  async function showEnded(): Promise<void> {
    const receipts = receiptsOf(token);
    show(endedView(receipts.length === 0 ? [] : await loadReceived(receipts), receipts[0]), "ended");
  }

  async function reload(): Promise<void> {
    root.setAttribute("aria-busy", "true");
    try {
      await showLink(await visit.look());
    } catch (error) {
      if (!page.showIfClosed(error)) show(failedView({ error, onRetry: retry }), "nothing");
    }
  }

  async function showLink(link: PublicLink): Promise<void> {
    show(await viewOf(link, page), shownFor(link));
  }

  function retry(): void {
    fill(live, texts.loading);
    void reload();
  }

  root.replaceChildren(loadingView());
  // After a reload, the preview is closed, so its history entry is removed.
  if (history.state?.isViewer === true) history.back();
  void reload();
}

function viewOf(link: PublicLink, page: Page): HTMLElement | Promise<HTMLElement> {
  if (link.state === "locked") return link.by === "email" ? loadEmailProof(page) : lockedView(page);
  return link.request === undefined
    ? downloadView(link, page)
    : loadRequestView({ ...link, request: link.request }, page);
}

/** Few links are only for certain email addresses, so the code of this view loads on demand. */
async function loadEmailProof(page: Page): Promise<HTMLElement> {
  return (await import("./views/email-proof.ts")).emailProofView(page);
}

/** Loads the code for uploads on demand. This code is as large as the rest of the page, and most links do not need it. */
async function loadRequestView(link: Parameters<RequestView>[0], page: Page): Promise<HTMLElement> {
  return (await import("./request/request-view.ts")).requestView(link, page);
}

async function loadReceived(receipts: readonly KeptReceipt[]): Promise<HTMLElement[]> {
  try {
    const { receivedEntry } = await import("./request/sent-entry.ts");
    return receipts.map(receivedEntry);
  } catch {
    // If the code of the receipts cannot be loaded, the page still says that the link has ended.
    return [];
  }
}

const bar = (size: string) => h("div", { class: `skeleton bg-line! ${size}` });

/** The placeholder of a ticket, which appears only if the load takes a noticeable time. */
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

/**
 * The view of every link that does not work. The page does not say why. `received` has the files that this browser has sent, with their
 * receipts.
 */
function endedView(received: readonly HTMLElement[], kept?: KeptReceipt): HTMLElement {
  const words = texts.ended;
  if (received.length === 0) {
    return ticket({ title: words.title, isOver: true }, { body: [h("p", { class: "mt-2" }, words.hint)] });
  }
  const { sharedBy = "", label = "" } = kept ?? {};
  // All words of a name stay on one line.
  const name = sharedBy.replaceAll(" ", "\u00a0");
  const body = [
    h("p", { class: "mt-2 text-muted" }, words.receivedHint(name)),
    h("h2", { class: "mt-4 font-medium" }, words.receivedList),
    h("p", { class: "text-muted text-small" }, words.receiptHint),
    h("ul", { class: "mt-1 divide-y" }, ...received),
  ];
  return ticket({ title: words.received(name, received.length), label }, { body });
}

function failedView({ error, onRetry }: { error: unknown; onRetry: () => void }): HTMLElement {
  const isServiceFault = error instanceof ValetKeyError && error.status !== undefined && error.status >= 500;
  const retry = h("button", { class: "button secondary", onclick: onRetry }, texts.tryAgain);
  return ticket(
    { title: texts.failed.title },
    {
      body: [
        h(
          "p",
          { role: "alert", class: "mt-2 text-muted" },
          isServiceFault ? texts.failed.outage : describeProblem(error),
        ),
        h("p", { class: "mt-4" }, retry),
      ],
    },
  );
}

/** Links to the other languages below the ticket. Each link has the language's own name. */
function languageLine(): HTMLElement {
  const links = otherLanguages.map((language) =>
    h(
      "button",
      {
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
// The path contains the token after a readable prefix, which the service ignores. A browser never sends the fragment of a URL. So the page
// must run to send the code from the mail, and a mail scanner sends no code.
const receiverCode = /^#to=([\w-]{12})$/.exec(location.hash)?.[1];
const token = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const calls = openLinkCalls(token, { baseUrl: location.origin, receiverCode });
const ofOwner =
  location.hash === "#visitor-view" && sessionStorage.getItem(`valetkey.visitor-view ${location.pathname}`);
if (typeof ofOwner === "string") {
  const { visitorView } = await import("./visitor-view.ts");
  startPage({ root, token, receiverCode, visit: visitorView(ofOwner, { root, calls }) });
} else startPage({ root, token, receiverCode, visit: calls });
