import { CopyButton } from "./copy-button.tsx";

type CopyLineProps = {
  /** What the line is, for screen readers. */
  label: string;
  text: string;
  /** The button of the one thing that is to be copied. Default: outline. */
  kind?: "primary" | "outline";
};

/** A key or a command on one line, with a button that copies it. */
export function CopyLine({ label, text, kind = "outline" }: CopyLineProps) {
  return (
    <div className="flex items-center gap-2">
      {/* A field and not a text: the keyboard can go through it, and select all of it. */}
      <input
        readOnly
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        spellCheck={false}
        className="h-11 min-w-0 grow truncate rounded-card bg-sunken px-3 font-mono text-small md:h-9"
      />
      <CopyButton text={text} kind={kind} />
    </div>
  );
}
