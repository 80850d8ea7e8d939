import { clsx } from "clsx";
import type { RefObject } from "react";
import { texts } from "../../texts/index.ts";
import { QrCode } from "./qr-code.tsx";

type LinkAddressProps = {
  fileUrl: string;
  /** What the QR code is of, for screen readers. */
  codeLabel: string;
  isOver: boolean;
  fieldRef: RefObject<HTMLInputElement | null>;
};

/** Where a link leads: as a QR code, and as text that can be selected. */
export function LinkAddress({ fileUrl, codeLabel, isOver, fieldRef }: LinkAddressProps) {
  return (
    <div className="mt-3 flex flex-col items-center gap-3">
      {/* What leads nowhere is not to be scanned; and without it the button for a new one is in sight. */}
      {!isOver && <QrCode text={fileUrl} label={codeLabel} className="h-auto max-w-full rounded-small" />}
      <input
        ref={fieldRef}
        readOnly
        aria-label={texts.sharing.link.address}
        value={fileUrl}
        onFocus={(event) => event.currentTarget.select()}
        className={clsx(
          "w-full truncate rounded-small border bg-surface px-2 py-1.5 font-mono text-muted text-small",
          isOver && "line-through",
        )}
      />
    </div>
  );
}
