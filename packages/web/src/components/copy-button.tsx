import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";
import { copyText } from "./clipboard.ts";

/** How long the button shows the result of a copy, in milliseconds. */
const RESULT_MS = 2_000;

type CopyButtonProps = {
  text: string;
  /** The text of the button. Default: "Copy". */
  action?: string;
  /** The label for screen readers, which names the copied item. Default: the text of the button. */
  label?: string;
  kind?: "primary" | "outline";
  className?: string;
  /** Whether the page has already copied the text. The button then shows "Copied" before a click, and again some time after a click. */
  isCopied?: boolean | undefined;
};

export function CopyButton({ text, action = texts.common.copy, label, kind, className, isCopied }: CopyButtonProps) {
  const [result, setResult] = useState<"copied" | "refused">();
  useEffect(() => {
    if (result === undefined) return;
    const timer = setTimeout(() => setResult(undefined), RESULT_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const words = { copied: texts.common.copied, refused: texts.common.notCopied };
  const shown = result ?? (isCopied === true ? "copied" : undefined);
  const Icon = shown === "copied" ? Check : Copy;
  return (
    <>
      <Button
        kind={kind}
        className={className}
        data-shown={shown !== undefined || undefined}
        // The name for screen readers begins with the visible text.
        aria-label={label !== undefined && shown !== undefined ? `${words[shown]} ${label}` : label}
        onClick={async () => setResult((await copyText(text)) ? "copied" : "refused")}
      >
        <Icon size={16} />
        <span>{shown === undefined ? action : words[shown]}</span>
      </Button>
      <span role="status" className="sr-only">
        {result !== undefined && words[result]}
      </span>
    </>
  );
}

type CopyLineProps = {
  label: string;
  text: string;
  kind?: "primary" | "outline";
};

export function CopyLine({ label, text, kind = "outline" }: CopyLineProps) {
  return (
    <div className="flex items-center gap-2">
      {/* In a read-only field, keyboard users can scroll and select the whole text. */}
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
