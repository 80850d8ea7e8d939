import { type PickedFile, readDropped } from "../../files/folders.ts";
import { fill, h, icons, setProps, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";
import type { RequestState, Slot } from "./request-state.ts";

const words = texts.request;

type SlotOptions = { state: RequestState; onFile: (file: File, slot: Slot) => void };

/** The checklist of a file request. A complete checklist stays open, because the checklist contains the receipts. */
type SlotList = {
  element: HTMLElement;
  set(slotId: string, content: SlotContent): void;
  isComplete(): boolean;
};

/**
 * The content of a slot. `entry` is the entry of the file in the slot, or undefined. `isOpen` says whether the visitor may choose a file
 * for the slot.
 */
type SlotContent = { entry: HTMLElement | undefined; isFilled: boolean; isOpen: boolean };

export function slotList(slots: readonly Slot[], { state, onFile }: SlotOptions): SlotList {
  const filled = new Set(slots.filter(({ isFilled }) => isFilled).map(({ id }) => id));
  const summary = h("p", { id: "slots", class: "mb-1 font-medium" });
  const lines = new Map(slots.map((slot, nth) => [slot.id, slotLine(slot, { number: nth + 1, state, onFile })]));
  const listed = [...lines.values()].map(({ element }) => element);
  const element = h(
    "div",
    { class: "mt-3" },
    summary,
    h("ul", { class: "divide-y", "aria-labelledby": "slots" }, ...listed),
  );

  const isComplete = () => filled.size === slots.length;
  function summarise(): void {
    fill(summary, words.slots(filled.size, slots.length));
    // The title of the ticket says that all files have arrived.
    summary.hidden = isComplete();
  }

  for (const { id, isFilled } of slots) lines.get(id)?.show({ entry: undefined, isFilled, isOpen: !isFilled });
  summarise();
  return {
    element,
    isComplete,
    set(slotId, content) {
      if (content.isFilled) filled.add(slotId);
      else filled.delete(slotId);
      lines.get(slotId)?.show(content);
      summarise();
    },
  };
}

function slotLine(slot: Slot, { number, state, onFile }: SlotOptions & { number: number }) {
  const { accept, maxBytes } = state.limitsOf(slot);
  const hint = [...(accept.length === 0 ? [] : [words.kindsShort(accept)]), words.slotSize(maxBytes)].join(
    texts.separator,
  );
  const mark = h("span", { "aria-hidden": "true", class: "w-5 shrink-0 text-center text-muted has-[svg]:text-accent" });
  const detail = h("p", { class: "text-muted text-small first-letter:uppercase empty:hidden" });
  const action = h("div");
  const content = h("ul", { class: "slot-file" });
  const picker = filePicker({
    label: words.chooseSlot(slot.name),
    text: words.chooseShort,
    accept,
    isMultiple: false,
    onFiles: ([file]) => file && onFile(file, slot),
  });
  const element = h(
    "li",
    { class: "py-2" },
    h(
      "div",
      { class: "flex items-center gap-3" },
      mark,
      h("div", { class: "min-w-0 grow" }, h("p", { dir: "auto", class: "font-semibold" }, slot.name), detail),
      action,
    ),
    content,
  );
  return {
    element,
    show({ entry, isFilled, isOpen }: SlotContent): void {
      fill(mark, isFilled ? svg(icons.circleCheck, { size: 20 }) : `${number}.`);
      // The entry of the file already says that the file has arrived.
      fill(detail, !isFilled ? hint : entry === undefined && words.slotFilled);
      fill(content, entry);
      fill(action, isOpen && picker);
    },
  };
}

type PickerOptions = {
  label: string;
  text: string;
  accept: readonly string[];
  isMultiple: boolean;
  onFiles: (files: readonly File[]) => void;
};

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
      // With an empty value, the visitor can choose the same file again.
      input.value = "";
    },
  });
  const button = h(
    "button",
    {
      class: `picker button secondary ${isMultiple ? "w-full" : ""}`,
      "aria-label": label,
      onclick: () => input.click(),
    },
    text,
  );
  return h("div", { class: isMultiple ? "w-full" : "" }, input, button);
}

type DropPlace = { element: HTMLElement; show(options: { isFirst: boolean }): void };

type DropPlaceOptions = Pick<PickerOptions, "accept"> & {
  onPicked: (files: readonly PickedFile[]) => void;
  onProblem: (problem: string) => void;
  /** Returns how many files the file request still accepts. */
  filesLeft: () => number;
};

/** A button that opens the file dialog. Visitors can also drop files and folders on the area around this button. */
export function dropPlace({ accept, onPicked, onProblem, filesLeft }: DropPlaceOptions): DropPlace {
  const hint = h("p", { class: "mt-2 text-center text-muted text-small [@media(hover:none)]:hidden" }, words.drop);
  const onFiles = (files: readonly File[]) => onPicked(files.map((file) => ({ file })));
  const picker = filePicker({ accept, onFiles, label: words.choose, text: words.choose, isMultiple: true });
  const place = h(
    "div",
    { class: "drop-place mt-3", ondragover: onDrag, ondragleave: onDrag, ondrop: onDrop },
    picker,
    hint,
  );
  function onDrag(event: Event): void {
    event.preventDefault();
    place.classList.toggle("over", event.type === "dragover");
  }
  function onDrop(event: Event): void {
    event.preventDefault();
    place.classList.remove("over");
    const { dataTransfer } = event as DragEvent;
    if (dataTransfer !== null) void accepted(dataTransfer);
  }
  async function accepted(data: DataTransfer): Promise<void> {
    try {
      const files = await readDropped(data, { max: filesLeft(), ownOf });
      if (files === undefined) onProblem(words.droppedTooMany(filesLeft()));
      else onPicked(files);
    } catch {
      onProblem(words.unreadable);
    }
  }
  return {
    element: place,
    /** `isFirst` says whether the page shows no file yet. */
    show({ isFirst }) {
      const text = isFirst ? words.choose : words.addMore;
      for (const button of picker.querySelectorAll("button")) {
        setProps(button, { "aria-label": text });
        fill(button, svg(isFirst ? icons.upload : icons.plus), text);
      }
      hint.hidden = !isFirst;
    },
  };
}

function ownOf(item: DataTransferItem): PickedFile | undefined {
  const file = item.getAsFile();
  return file === null ? undefined : { file };
}

type RefusalOptions = {
  filename: string;
  accept: readonly string[];
  onReplace: (file: File) => void;
};

/** Shows why the service does not accept a file, and lets the visitor choose another file. */
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

/** The button that removes a file, at the end of the row. */
export function removeButton(filename: string, onclick: () => void): HTMLButtonElement {
  const props = { class: "button icon", "aria-label": words.remove(filename), onclick };
  return h("button", props, svg(icons.close));
}
