import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { File, Link2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { formatBytes, texts } from "../../texts/index.ts";
import { LifetimeChoice, lifetimesUpTo } from "./lifetime-choice.tsx";
import { LinkCountdown } from "./link-countdown.tsx";
import { LinkUrl } from "./link-url.tsx";
import { useSecondsLeft, useTemporaryLink } from "./use-temporary-link.ts";

const words = texts.sharing.link;

/** Creates and copies a temporary link to a file with one click. */
export function LinkDialog({ attachment, onClose }: { attachment: Attachment; onClose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const limits = useQuery(instanceQuery).data?.limits;
  const lifetimes = lifetimesUpTo(limits?.urlTtlMaxSeconds ?? 60);
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
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
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
          <LinkUrl
            fileUrl={link.fileUrl}
            codeLabel={words.code(attachment.filename)}
            isExpired={!isLive}
            fieldRef={field}
          />
        )}
      </Ticket>
    </Dialog>
  );
}

function FileLine({ attachment }: { attachment: Attachment }): ReactNode {
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
