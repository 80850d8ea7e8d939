import { CopyButton } from "./copy-button.tsx";

type CopyLineProps = {
  /** The name of the text for screen readers. */
  label: string;
  text: string;
  /** Copies the text and returns whether that worked. */
  onCopy: (text: string) => Promise<boolean>;
  /** Default: outline. */
  kind?: "primary" | "outline";
};

/** A key or a command on one line, with a button that copies it. */
export function CopyLine({ label, text, onCopy, kind = "outline" }: CopyLineProps) {
  return (
    <div className="flex items-center gap-2">
      {/* A read-only field, so that the keyboard can scroll it and select all. */}
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
