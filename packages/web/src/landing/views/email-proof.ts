import { describeProblem } from "../../texts/describe-problem.ts";
import { fill, h, setProps } from "../dom.ts";
import { hasCode, type Page } from "../page-context.ts";
import { texts } from "../texts/en.ts";
import { ticket } from "./parts.ts";

const words = texts.emailProof;

/**
 * Asks for an email address, and then for the code from the mail. The service does not reveal whether the link is for this email address.
 */
export function emailProofView(page: Page): HTMLElement {
  const email = field("email", { type: "email", autocomplete: "email", maxlength: 254 });
  const view = ticket({ title: words.title }, { body: [h("div", {}, emailForm())] });
  return view;

  function emailForm(): HTMLElement {
    return step({
      hint: words.hint,
      label: words.email,
      input: email,
      action: words.send,
      missing: words.emailMissing,
      async onSubmit(text) {
        await page.visit.requestCode(text);
        showStep(words.codeTitle, codeForm(text));
      },
    });
  }

  function codeForm(address: string): HTMLElement {
    const again = h("button", { class: "button mt-2 w-full" }, words.again);
    again.onclick = () => showStep(words.title, emailForm());
    const code = field("code", { type: "text", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20 });
    const form = step({
      hint: words.sent(address),
      label: words.code,
      input: code,
      action: words.open,
      missing: words.codeMissing,
      async onSubmit(text) {
        await page.visit.proveEmail(address, text);
        await page.reload();
      },
    });
    return h("div", {}, form, again);
  }

  function showStep(title: string, form: HTMLElement): void {
    view.querySelector("h1")?.replaceChildren(title);
    view.querySelector("form")?.parentElement?.replaceChildren(form);
    form.querySelector("input")?.focus();
    page.announce(form.querySelector("p")?.textContent ?? "");
  }

  type Step = {
    hint: string;
    label: string;
    input: HTMLInputElement;
    action: string;
    missing: string;
    onSubmit: (text: string) => Promise<void>;
  };

  function step({ hint, label, input, action, missing, onSubmit }: Step): HTMLElement {
    const problem = h("p", { id: "problem", role: "alert", class: "text-danger text-small empty:hidden" });
    const button = h("button", { type: "submit", class: "button primary mt-2 w-full" }, action);
    function fail(text: string): void {
      fill(problem, text);
      setProps(input, { "aria-invalid": text !== "" ? "true" : undefined });
      button.disabled = false;
      if (text !== "") input.focus();
    }
    async function submit(event: Event): Promise<void> {
      event.preventDefault();
      const text = input.value.trim();
      if (button.disabled) return;
      if (text === "" || !input.validity.valid) return fail(missing);
      fail("");
      button.disabled = true;
      try {
        await onSubmit(text);
        button.disabled = false;
      } catch (error) {
        if (page.showIfClosed(error)) return;
        fail(hasCode(error, "wrong_code") ? words.wrong : describeProblem(error));
      }
    }
    return h(
      "form",
      { class: "flex flex-col gap-2", novalidate: true, onsubmit: submit },
      h("p", { class: "mt-2 break-words text-muted" }, hint),
      h("label", { for: input.id, class: "mt-2 font-medium text-small" }, label),
      input,
      problem,
      button,
    );
  }
}

/** Makes a field without a name, so that no URL can contain the typed text. */
function field(id: string, props: Record<string, string | number>): HTMLInputElement {
  return h("input", {
    id,
    class: "field",
    spellcheck: "false",
    autofocus: true,
    "aria-describedby": "problem",
    ...props,
  });
}
