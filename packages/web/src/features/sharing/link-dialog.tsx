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
import { LinkAddress } from "./link-address.tsx";
import { LinkLife } from "./link-life.tsx";
import { SpanChoice, spansUpTo } from "./span-choice.tsx";
import { useSecondsLeft, useTemporaryLink } from "./use-temporary-link.ts";

const words = texts.sharing.link;

/** A temporary link to a file as a claim ticket: one click makes and copies it. */
export function LinkDialog({ attachment, onClose }: { attachment: Attachment; onClose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const limits = useQuery(instanceQuery).data?.limits;
  const spans = spansUpTo(limits?.urlTtlMaxSeconds ?? 60);
  const [chosen, setChosen] = useState<number>();
  const span = chosen ?? (spans[0] as number);
  const { link, error, isPending, isCopied, isAgain, makeAndCopy, copyAgain, reset } = useTemporaryLink(attachment.id);
  const left = useSecondsLeft(link);
  const isLive = link !== undefined && left > 0;
  // Where nothing can be copied by a page, the text is selected for the person to do it.
  useEffect(() => {
    if (isCopied === false) field.current?.select();
  }, [isCopied]);
  function copy(): void {
    if (isPending) return;
    void (isLive ? copyAgain(link) : makeAndCopy(span));
  }
  function startAnew(): void {
    // The button that is pressed goes away.
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
        isOver={link !== undefined && !isLive}
        stub={
          <div className="flex flex-wrap items-center gap-x-3 gap-y-4">
            {link !== undefined && <LinkLife left={left} span={link.expiresIn} isCopied={isCopied} isAgain={isAgain} />}
            {!isLive && (
              <div className="basis-full">
                {limits === undefined ? (
                  <Skeleton className="h-16" />
                ) : (
                  <SpanChoice spans={spans} value={span} onChange={setChosen} />
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
                // Not `disabled`, which would take the focus from it.
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
          <LinkAddress
            fileUrl={link.fileUrl}
            codeLabel={words.code(attachment.filename)}
            isOver={!isLive}
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
