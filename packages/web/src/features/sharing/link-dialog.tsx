import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { File, Link2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Problem } from "../../components/states.tsx";
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
  const { link, error, isPending, copied, makeAndCopy, copyAgain, reset } = useTemporaryLink({
    attachmentId: attachment.id,
    fieldRef: field,
  });
  const left = useSecondsLeft(link);
  const isLive = link !== undefined && left > 0;
  // The button that was pressed gave way to another one, which has the focus now, unless that is elsewhere in the dialog.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is when the one becomes the other
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.role === "dialog") button.current?.focus();
  }, [isLive]);
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
          <div className="flex flex-col gap-4">
            {link !== undefined && (
              <LinkLife left={left} span={link.expiresIn} copied={copied}>
                {isLive && (
                  <>
                    <Button kind="quiet" onClick={reset}>
                      {words.other}
                    </Button>
                    <Button ref={button} kind="primary" onClick={() => void copyAgain(link)}>
                      {words.copyAgain}
                    </Button>
                  </>
                )}
              </LinkLife>
            )}
            {!isLive && (
              <>
                <SpanChoice spans={spans} value={span} onChange={setChosen} />
                {error !== null && <Problem error={error} />}
                <Button ref={button} kind="primary" disabled={isPending} onClick={() => void makeAndCopy(span)}>
                  <Link2 size={16} />
                  {link === undefined ? words.copy : words.copyNew}
                </Button>
              </>
            )}
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
