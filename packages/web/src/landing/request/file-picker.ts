import { h, svg } from "../dom.ts";
import { icons } from "../icons.ts";
import { texts } from "../texts/index.ts";

const words = texts.request;

type PickerOptions = {
  label: string;
  text: string;
  accept: readonly string[];
  isMultiple: boolean;
  onFiles: (files: readonly File[]) => void;
};

/** A button that opens the file dialog of the browser. */
export function filePicker({ label, text, accept, isMultiple, onFiles }: PickerOptions): HTMLElement {
  const input = h("input", {
    type: "file",
    class: "hidden",
    multiple: isMultiple,
    accept: accept.length === 0 ? undefined : accept.join(","),
    "aria-label": label,
    tabindex: -1,
    onchange: () => {
      onFiles([...(input.files ?? [])]);
      // With an empty value, the visitor can choose the same file once more.
      input.value = "";
    },
  });
  const button = h(
    "button",
    {
      type: "button",
      class: `button secondary ${isMultiple ? "w-full" : ""}`,
      "aria-label": label,
      onclick: () => input.click(),
    },
    svg(icons.upload),
    text,
  );
  return h("div", { class: isMultiple ? "w-full" : "" }, input, button);
}

/** A button that opens the file dialog, and a drop target for files. */
export function dropPlace(options: Omit<PickerOptions, "label" | "text" | "isMultiple">): HTMLElement {
  const place = h(
    "div",
    { class: "drop-place mt-3", ondragover: onDrag, ondragleave: onDrag, ondrop: onDrop },
    filePicker({ ...options, label: words.choose, text: words.choose, isMultiple: true }),
    h("p", { class: "mt-2 text-center text-muted text-small [@media(hover:none)]:hidden" }, words.drop),
  );
  function onDrag(event: Event): void {
    event.preventDefault();
    place.classList.toggle("over", event.type === "dragover");
  }
  function onDrop(event: Event): void {
    event.preventDefault();
    place.classList.remove("over");
    options.onFiles([...((event as DragEvent).dataTransfer?.files ?? [])]);
  }
  return place;
}
