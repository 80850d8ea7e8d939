import { clsx } from "clsx";
import type { RefObject } from "react";
import { texts } from "../../texts/index.ts";
import { QrCode } from "./qr-code.tsx";

type LinkUrlProps = {
  fileUrl: string;
  /** The label of the QR code for screen readers. */
  codeLabel: string;
  isExpired: boolean;
  fieldRef: RefObject<HTMLInputElement | null>;
};

/** The URL of a link as a QR code and as selectable text. */
export function LinkUrl({ fileUrl, codeLabel, isExpired, fieldRef }: LinkUrlProps) {
  return (
    <div className="mt-3 flex flex-col items-center gap-3">
      {/* An expired link has no code to scan, and leaves room for the button that creates a new one. */}
      {!isExpired && <QrCode text={fileUrl} label={codeLabel} className="h-auto max-w-full rounded-small" />}
      <input
        ref={fieldRef}
        readOnly
        aria-label={texts.sharing.link.address}
        value={fileUrl}
        onFocus={(event) => event.currentTarget.select()}
        className={clsx(
          "w-full truncate rounded-small border bg-surface px-2 py-1.5 font-mono text-muted text-small",
          isExpired && "line-through",
        )}
      />
    </div>
  );
}
