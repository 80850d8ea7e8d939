import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";
import { copyText } from "./copy-text.ts";

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
        onClick={async () => setSaid((await copyText(text)) ? "copied" : "refused")}
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
