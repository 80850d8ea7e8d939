import { Plus, X } from "lucide-react";
import { useRef } from "react";
import { Button, IconButton } from "../../components/button.tsx";
import { Select } from "../../components/select.tsx";
import { FieldProblem, inputStyle } from "../../components/text-field.tsx";
import { linkTexts } from "../../texts/en/links.ts";
import { FILE_KINDS, type FormFields, nameOfKind, type SlotDraft } from "./link-values.ts";

const words = linkTexts.request;
/** The maximum number of slots. The service has the same limit. */
const MOST_SLOTS = 50;

/** The checklist of a file request. A visitor can send one file for each entry of the checklist. */
export function SlotFields({ values: { slots }, problems, change }: FormFields) {
  const list = useRef<HTMLUListElement>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const replace = (nth: number, changed: Partial<SlotDraft>) =>
    change({ slots: slots.map((slot, at) => (at === nth ? { ...slot, ...changed } : slot)) });
  function add(): void {
    change({ slots: [...slots, { id: undefined, name: "", accept: "", maxBytes: undefined }] });
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("li:last-child input")?.focus());
  }
  function remove(nth: number): void {
    change({ slots: slots.filter((_, at) => at !== nth) });
    // The pressed button disappears, so the button that adds an entry gets the focus.
    addButton.current?.focus();
  }
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="font-medium text-small">{words.slots}</legend>
      <p className="text-pretty text-muted text-small">{words.slotsHint}</p>
      <ul ref={list} className="flex flex-col gap-2 empty:hidden">
        {slots.map((slot, nth) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a new entry has no other identity, and the fields hold no state
          <li key={nth} className="flex items-center gap-2">
            <input
              aria-label={words.slotName(nth + 1)}
              aria-invalid={problems.slots !== undefined && slot.name.trim() === ""}
              placeholder={words.slotPlaceholder}
              maxLength={100}
              autoComplete="off"
              value={slot.name}
              onChange={(event) => replace(nth, { name: event.currentTarget.value })}
              className={inputStyle}
            />
            <Select
              label={words.slotKind(nth + 1)}
              className="max-w-28 shrink-0"
              value={slot.accept}
              options={kindsFor(slot.accept)}
              onChange={(accept) => replace(nth, { accept })}
            />
            <IconButton
              label={words.removeSlot(slot.name === "" ? words.slotName(nth + 1) : slot.name)}
              isDense
              className="-mr-2"
              onClick={() => remove(nth)}
            >
              <X size={16} />
            </IconButton>
          </li>
        ))}
      </ul>
      <FieldProblem>{problems.slots}</FieldProblem>
      <Button ref={addButton} kind="outline" className="self-start" disabled={slots.length >= MOST_SLOTS} onClick={add}>
        <Plus size={16} />
        {words.addSlot}
      </Button>
    </fieldset>
  );
}

/** The kinds of files that the form offers, and the kinds that the API has set for this entry of the checklist. */
function kindsFor(accept: string): { value: string; label: string }[] {
  const others = accept === "" || FILE_KINDS.includes(accept) ? [] : [accept];
  const label = (kinds: string) => kinds.split(" ").map(nameOfKind).join(", ");
  return [
    { value: "", label: words.anyKind },
    ...[...FILE_KINDS, ...others].map((value) => ({ value, label: label(value) })),
  ];
}
