import type { OpenedLink } from "@valetkey/client";
import { type Child, h, setProps } from "../dom.ts";
import { texts } from "../texts/en.ts";

type TicketProps = { title: string; label?: string; message?: string; isOver?: boolean };

/** A claim ticket, with an optional stub below the perforation. */
export function ticket(
  { title, label = "", message = "", isOver = false }: TicketProps,
  { body, stub }: { body: readonly Child[]; stub?: readonly Child[] },
): HTMLElement {
  return h(
    "section",
    { class: isOver ? "ticket over" : "ticket", "aria-labelledby": "title" },
    h(
      "div",
      { class: "p-4 pb-5 md:p-6" },
      h("h1", { id: "title", tabindex: -1, class: "text-title text-balance outline-none" }, title),
      label !== "" && h("p", { class: "mt-1 text-muted" }, label),
      message !== "" && h("p", { class: "mt-3 whitespace-pre-line" }, message),
      ...body,
    ),
    stub !== undefined && h("div", { class: "perforation", "aria-hidden": "true" }),
    stub !== undefined && h("div", { class: "p-4 md:px-6" }, ...stub),
  );
}

/** The contact for abuse, below the ticket. */
export function abuseLine({ abuseContact }: OpenedLink): HTMLElement | undefined {
  if (abuseContact === null) return undefined;
  const href = /^https?:/.test(abuseContact) ? abuseContact : `mailto:${abuseContact.replace(/^mailto:/, "")}`;
  return h(
    "p",
    { class: "mt-4 text-small text-muted" },
    h("a", { href, rel: "noreferrer", class: "underline underline-offset-2" }, texts.abuse),
  );
}

/** Stacks the ticket and the lines that belong to it. */
export function sheet(...children: readonly Child[]): HTMLElement {
  return h("div", { class: "flex w-full flex-col items-center" }, ...children);
}

type Progress = { doneBytes: number; totalBytes: number; words: string };

/** A progress bar with a text below it. */
export function progressBar(label: string): { element: HTMLElement; update(progress: Progress): void } {
  const fill = h("div");
  const bar = h("div", { role: "progressbar", "aria-label": label, "aria-valuemin": 0, class: "bar" }, fill);
  const line = h("p", { class: "mt-1 text-muted text-small tabular-nums" });
  return {
    element: h("div", { class: "mt-1" }, bar, line),
    update({ doneBytes, totalBytes, words }) {
      const percent = totalBytes === 0 ? 0 : Math.floor((100 * doneBytes) / totalBytes);
      setProps(bar, { "aria-valuenow": percent, "aria-valuemax": 100, "aria-valuetext": words });
      fill.style.transform = `scaleX(${percent / 100})`;
      line.textContent = words;
    },
  };
}
