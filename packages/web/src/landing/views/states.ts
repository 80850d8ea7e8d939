import { describeProblem } from "../../texts/describe-problem.ts";
import { h } from "../dom.ts";
import { texts } from "../texts/index.ts";
import { ticket } from "./ticket.ts";

const bar = (size: string) => h("div", { class: `skeleton ${size}` });

/** The outline of a ticket. The outline appears only if the load takes a noticeable time. */
export function loadingView(): HTMLElement {
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
export function endedView(): HTMLElement {
  const { title, hint } = texts.ended;
  return ticket({ title, isOver: true }, { body: [h("p", { class: "mt-2" }, hint)] });
}

export function failedView({ error, onRetry }: { error: unknown; onRetry: () => void }): HTMLElement {
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
