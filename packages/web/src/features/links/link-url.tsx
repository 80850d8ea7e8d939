import { useEffect, useRef } from "react";
import { QrCode } from "../../components/qr-code.tsx";
import { linkTexts } from "../../texts/en/links.ts";

const words = linkTexts;

type LinkUrlProps = {
  url: string;
  name: string;
  hasCode: boolean;
  /** Whether a copy succeeded. Undefined before the first copy. */
  isCopied: boolean | undefined;
};

/** Shows the URL of a link as a text to copy by hand, and as a QR code. If the browser refused to copy, the URL is selected. */
export function LinkUrl({ url, name, hasCode, isCopied }: LinkUrlProps) {
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another URL must be selected again
  useEffect(() => {
    if (isCopied === false) field.current?.select();
  }, [isCopied, url]);
  return (
    <div data-shown-once className="mt-3 flex flex-col items-center gap-3">
      {hasCode && <QrCode text={url} label={words.code(name)} className="h-auto max-w-full rounded-small" />}
      <input
        ref={field}
        readOnly
        aria-label={words.field}
        value={url}
        onFocus={(event) => event.currentTarget.select()}
        className="h-11 w-full truncate rounded-small border bg-surface px-2 font-mono text-muted text-small md:h-9"
      />
      {isCopied !== undefined && (
        <p className="self-start text-muted text-small">{isCopied ? words.copiedHint : words.byHand}</p>
      )}
    </div>
  );
}
