import { type RefObject, useState } from "react";
import { texts } from "../../texts/index.ts";
import { GrowingTextarea } from "./growing-textarea.tsx";

const words = texts.notes;
/** The limit of the service. Characters. */
const MAX_LENGTH = 300;

type TitleFieldProps = {
  ref: RefObject<HTMLTextAreaElement | null>;
  title: string;
  onChange: (title: string) => void;
  /** Runs on Enter, which moves to the body. */
  onEnter: () => void;
  onBlur: () => void;
};

/** The editable title. An empty one is saved as "Untitled". */
export function TitleField({ ref, title, onChange, onEnter, onBlur }: TitleFieldProps) {
  const [isEmpty, setEmpty] = useState(false);
  return (
    <GrowingTextarea
      ref={ref}
      rows={1}
      value={isEmpty ? "" : title}
      maxLength={MAX_LENGTH}
      aria-label={words.title}
      placeholder={words.untitled}
      enterKeyHint="next"
      onChange={({ currentTarget }) => {
        const line = currentTarget.value.replace(/\s*\n\s*/g, " ");
        setEmpty(line.trim() === "");
        onChange(line.trim() === "" ? words.untitled : line);
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Escape") event.currentTarget.blur();
        if (event.key !== "Enter") return;
        event.preventDefault();
        onEnter();
      }}
      onBlur={() => {
        setEmpty(false);
        onBlur();
      }}
      className="-mx-2 -my-1 w-[calc(100%+1rem)] rounded-card px-2 py-1 text-title transition-colors hover:bg-hover focus:bg-transparent"
    />
  );
}
