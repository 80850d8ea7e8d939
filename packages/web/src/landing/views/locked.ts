import { describeProblem } from "../../texts/describe-problem.ts";
import { fill, h, icons, setProps, svg } from "../dom.ts";
import { hasCode, type Page } from "../page-context.ts";
import { texts } from "../texts/en.ts";
import { ticket } from "./parts.ts";

const words = texts.locked;

/** Asks for the password of the link. Without the password, the service returns no data about the link. */
export function lockedView(page: Page): HTMLElement {
  const problem = h("p", { id: "problem", role: "alert", class: "text-danger text-small empty:hidden" });
  // A password manager may submit the form without the event `submit`, and the URL would then contain the value of each named field. So
  // this field has no name.
  const field = h("input", {
    id: "password",
    type: "password",
    class: "field pr-12",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    maxlength: 200,
    autofocus: true,
    "aria-describedby": "problem",
  });
  const open = h("button", { type: "submit", class: "button primary w-full" }, words.open);
  const form = h(
    "form",
    { class: "mt-4 flex flex-col gap-2", novalidate: true, onsubmit: submit },
    h("label", { for: "password", class: "font-medium text-small" }, words.label),
    h("div", { class: "relative" }, field, revealButton(field)),
    problem,
    h("div", { class: "mt-2" }, open),
  );

  function fail(text: string): void {
    fill(problem, text);
    setProps(field, { "aria-invalid": text !== "" ? "true" : undefined });
    open.disabled = false;
    fill(open, words.open);
    if (text !== "") field.focus();
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (open.disabled) return;
    if (field.value === "") return fail(words.missing);
    fail("");
    open.disabled = true;
    fill(open, words.opening);
    try {
      await page.visit.unlock(field.value);
      await page.reload();
    } catch (error) {
      const isWrong = hasCode(error, "wrong_password");
      if (!isWrong && page.showIfClosed(error)) return;
      if (hasCode(error, "rate_limited")) waitUntil(Date.now() + (error.retryAfterSeconds ?? 60) * 1000);
      else fail(isWrong ? words.wrong : describeProblem(error));
      field.select();
    }
  }

  /** Counts down until the service accepts the next try. */
  function waitUntil(instant: number): void {
    fail(words.tooMany((instant - Date.now()) / 1000));
    open.disabled = true;
    // Screen readers must not read the text every second.
    problem.setAttribute("aria-live", "off");
    const timer = setInterval(() => {
      const seconds = (instant - Date.now()) / 1000;
      if (seconds > 0 && form.isConnected) return fill(problem, words.tooMany(seconds));
      clearInterval(timer);
      problem.removeAttribute("aria-live");
      fail("");
    }, 1000);
  }

  return ticket({ title: words.title }, { body: [h("p", { class: "mt-2 text-muted" }, words.hint), form] });
}

function revealButton(field: HTMLInputElement): HTMLButtonElement {
  const button = h("button", {
    class: "button icon absolute inset-y-0 right-0 my-auto",
    "aria-label": words.show,
    onclick: () => {
      const isShown = field.type === "text";
      field.type = isShown ? "password" : "text";
      setProps(button, { "aria-label": isShown ? words.show : words.hide });
      fill(button, svg(isShown ? icons.eye : icons.eyeOff));
    },
  });
  fill(button, svg(icons.eye));
  return button;
}
