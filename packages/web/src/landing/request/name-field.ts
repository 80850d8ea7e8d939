import { fill, h, setProps } from "../dom.ts";
import { texts } from "../texts/index.ts";
import type { FileRequest } from "./request-state.ts";

const words = texts.request;

export type NameField = {
  element: HTMLElement;
  /** Undefined if the visitor entered no name. */
  value(): string | undefined;
  /** Returns whether the page may send the name. If not, the field shows the reason. */
  check(): boolean;
};

/** Asks for the name of the visitor, if the file request wants a name. */
export function nameField(askName: FileRequest["askName"]): NameField {
  const problem = h("p", { id: "name-problem", role: "alert", class: "text-danger text-small empty:hidden" });
  const field = h("input", {
    id: "name",
    class: "field",
    autocomplete: "name",
    maxlength: 100,
    required: askName === "required",
    "aria-describedby": "name-problem",
  });
  const label = askName === "required" ? words.name : words.nameOptional;
  const parts = [h("label", { for: "name", class: "font-medium text-small" }, label), field, problem];
  return {
    element: h("div", { class: "mt-4 flex flex-col gap-1" }, ...(askName === "no" ? [] : parts)),
    value: () => (askName === "no" ? undefined : field.value.trim() || undefined),
    check() {
      const isMissing = askName === "required" && field.value.trim() === "";
      fill(problem, isMissing ? words.nameMissing : "");
      setProps(field, { "aria-invalid": isMissing ? "true" : undefined });
      if (isMissing) field.focus();
      return !isMissing;
    },
  };
}
