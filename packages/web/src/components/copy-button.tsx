import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";

/** How long it says that it has copied. Milliseconds. */
const SAID_MS = 2_000;

type CopyButtonProps = {
  /** What is copied. */
  text: string;
  /** Default: "Copy". */
  label?: string;
  /** Default: outline. */
  kind?: "primary" | "outline" | "quiet";
  className?: string;
};

/** Copies a text, and says so. */
export function CopyButton({ text, label = texts.common.copy, kind = "outline", className }: CopyButtonProps) {
  const [said, setSaid] = useState<"copied" | "refused">();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const words = { copied: texts.common.copied, refused: texts.common.notCopied };
  const Icon = said === "copied" ? Check : Copy;
  return (
    <>
      <Button
        kind={kind}
        {...(className !== undefined && { className })}
        onClick={async () => setSaid((await copy(text)) ? "copied" : "refused")}
      >
        <Icon size={16} />
        {said === undefined ? label : words[said]}
      </Button>
      <span role="status" className="sr-only">
        {said !== undefined && words[said]}
      </span>
    </>
  );
}

/** Whether it is in the clipboard now. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Over plain http, as in a home network, there is no navigator.clipboard.
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  const focused = document.activeElement;
  // Inside a dialog: it would take the focus back from anything outside.
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
