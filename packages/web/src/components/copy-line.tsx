import { CopyButton } from "./copy-button.tsx";

type CopyLineProps = {
  label: string;
  text: string;
  /** Copies the text. Returns false if the copy failed. */
  onCopy: (text: string) => Promise<boolean>;
  kind?: "primary" | "outline";
};

/** A text to copy, on one line. */
export function CopyLine({ label, text, onCopy, kind = "outline" }: CopyLineProps) {
  return (
    <div className="flex items-center gap-2">
      {/* The text is in a read-only field, so that the keyboard can scroll it and select all of it. */}
      <input
        readOnly
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        spellCheck={false}
        className="h-11 min-w-0 grow truncate rounded-card bg-sunken px-3 font-mono text-small md:h-9"
      />
      <CopyButton text={text} onCopy={onCopy} kind={kind} />
    </div>
  );
}
