import { h, icons, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";
import { filePicker } from "./file-picker.ts";

const words = texts.request;

type RefusalOptions = {
  filename: string;
  accept: readonly string[];
  onReplace: (file: File) => void;
};

/** Shows why a file is not accepted, and lets the visitor choose another file. */
export function refusal(reason: string, { filename, accept, onReplace }: RefusalOptions): HTMLElement {
  const picker = filePicker({
    label: words.chooseInstead(filename),
    text: words.chooseAnother,
    accept,
    isMultiple: false,
    onFiles: ([file]) => file && onReplace(file),
  });
  return h(
    "div",
    {},
    h("p", { role: "alert", class: "text-danger text-small" }, reason),
    h("div", { class: "mt-2" }, picker),
  );
}

/** The button at the end of a file. */
export function removeButton(filename: string, onclick: () => void): HTMLButtonElement {
  const props = { type: "button", class: "button icon", "aria-label": words.remove(filename), onclick };
  return h("button", props, svg(icons.close));
}
