import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { File, Link2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { formatBytes, formatShortSpan, texts } from "../../texts/index.ts";
import { LinkCountdown } from "./link-countdown.tsx";
import { QrCode } from "./qr-code.tsx";
import { useSecondsLeft, useTemporaryLink } from "./use-temporary-link.ts";

const words = texts.sharing.link;
/** The usual lifetimes of a link. Seconds. */
const LIFETIMES = [60, 600, 3600, 12 * 3600];

type LinkDialogProps = {
  attachment: Attachment;
  /** The owner may choose a longer expiry than the holder of a share. */
  isOwner: boolean;
  onClose: () => void;
};

export function LinkDialog({ attachment, isOwner, onClose }: LinkDialogProps) {
  const button = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const limits = useQuery(instanceQuery).data?.limits;
  const longest = isOwner ? limits?.urlTtlMaxSeconds : limits?.urlTtlMaxSharedSeconds;
  const lifetimes = lifetimesUpTo(longest ?? 60);
  const [chosen, setChosen] = useState<number>();
  const lifetime = chosen ?? (lifetimes[0] as number);
  const { link, error, isPending, isCopied, isAgain, makeAndCopy, copyAgain, reset } = useTemporaryLink(attachment.id);
  const left = useSecondsLeft(link);
  const isLive = link !== undefined && left > 0;
  // Where the browser refuses to copy, the user can copy the selected text.
  useEffect(() => {
    if (isCopied === false) field.current?.select();
  }, [isCopied]);
  function copy(): void {
    if (isPending) return;
    void (isLive ? copyAgain(link) : makeAndCopy(lifetime));
  }
  function startAnew(): void {
    // The pressed button disappears.
    button.current?.focus();
    reset();
  }
  return (
    <Dialog
      onClose={onClose}
      title={words.title}
      description={words.hint}
      initialFocus={button}
      className="md:w-[440px]"
    >
      <Ticket
        isExpired={link !== undefined && !isLive}
        stub={
          <div className="flex flex-wrap items-center gap-x-3 gap-y-4">
            {link !== undefined && (
              <LinkCountdown left={left} lifetime={link.expiresIn} isCopied={isCopied} isAgain={isAgain} />
            )}
            {!isLive && (
              <div className="basis-full">
                {limits === undefined ? (
                  <Skeleton className="h-16" />
                ) : (
                  <LifetimeChoice lifetimes={lifetimes} value={lifetime} onChange={setChosen} />
                )}
              </div>
            )}
            {error !== null && !isLive && <Problem error={error} />}
            <div className={clsx("flex gap-1", isLive ? "max-md:grow max-md:justify-end" : "basis-full")}>
              {isLive && (
                <Button kind="quiet" onClick={startAnew}>
                  {words.other}
                </Button>
              )}
              <Button
                ref={button}
                kind="primary"
                className={clsx(!isLive && "grow")}
                // `disabled` would remove the focus.
                aria-disabled={isPending}
                onClick={copy}
              >
                {!isLive && <Link2 size={16} />}
                {isLive ? words.copyAgain : link === undefined ? words.copy : words.copyNew}
              </Button>
            </div>
          </div>
        }
      >
        <FileLine attachment={attachment} />
        {link !== undefined && (
          <div className="mt-3 flex flex-col items-center gap-3">
            {/* An expired link has no code to scan, and leaves room for the button that creates a new one. */}
            {isLive && (
              <QrCode
                text={link.fileUrl}
                label={words.code(attachment.filename)}
                className="h-auto max-w-full rounded-small"
              />
            )}
            <input
              ref={field}
              readOnly
              aria-label={words.field}
              value={link.fileUrl}
              onFocus={(event) => event.currentTarget.select()}
              className={clsx(
                "w-full truncate rounded-small border bg-surface px-2 py-1.5 font-mono text-muted text-small",
                !isLive && "line-through",
              )}
            />
          </div>
        )}
      </Ticket>
    </Dialog>
  );
}

function FileLine({ attachment }: { attachment: Attachment }) {
  return (
    <div className="flex items-center gap-3">
      <File size={24} strokeWidth={1.5} className="shrink-0 text-muted" />
      <div className="min-w-0">
        <p title={attachment.filename} className="line-clamp-2 font-medium [overflow-wrap:anywhere]">
          {attachment.filename}
        </p>
        <p className="text-muted text-small">{formatBytes(attachment.sizeBytes)}</p>
      </div>
    </div>
  );
}

/** The lifetimes that the service allows, in seconds. If it allows none of the usual ones: its longest. */
function lifetimesUpTo(longest: number): number[] {
  const allowed = LIFETIMES.filter((seconds) => seconds <= longest);
  return allowed.length === 0 ? [longest] : allowed;
}

type LifetimeChoiceProps = { lifetimes: number[]; value: number; onChange: (seconds: number) => void };

function LifetimeChoice({ lifetimes, value, onChange }: LifetimeChoiceProps) {
  return (
    <div className="flex flex-col gap-1">
      <p aria-hidden="true" className="font-medium text-small">
        {words.lasts}
      </p>
      <Segmented
        label={words.lasts}
        value={String(value)}
        onChange={(chosen) => onChange(Number(chosen))}
        options={lifetimes.map((seconds) => ({ value: String(seconds), label: formatShortSpan(seconds) }))}
      />
    </div>
  );
}
