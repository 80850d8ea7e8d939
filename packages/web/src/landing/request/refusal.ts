import { h } from "../dom.ts";
import { texts } from "../texts/en.ts";
import { filePicker } from "./file-picker.ts";

const words = texts.request;

type RefusalOptions = {
  filename: string;
  accept: readonly string[];
  onReplace: (file: File) => void;
  onRemove: () => void;
};

/** Shows why a file is not accepted, and what the visitor can do: choose another file, or remove this file. */
export function refusal(reason: string, { filename, accept, onReplace, onRemove }: RefusalOptions): HTMLElement {
  const picker = filePicker({
    label: words.chooseInstead(filename),
    text: words.chooseAnother,
    accept,
    isMultiple: false,
    onFiles: ([file]) => file && onReplace(file),
  });
  const remove = { type: "button", class: "button", "aria-label": words.remove(filename), onclick: onRemove };
  return h(
    "div",
    { class: "pb-2" },
    h("p", { role: "alert", class: "text-danger text-small" }, reason),
    h("div", { class: "mt-2 flex flex-wrap gap-2" }, picker, h("button", remove, words.removeShort)),
  );
}
