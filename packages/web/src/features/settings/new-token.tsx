import type { CreatedToken } from "@valetkey/client";
import { KeyRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-line.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { copyText } from "../../service/clipboard.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.tokens;

/** Shows a new token. The service never returns it again. */
export function NewToken({ token, onDone }: { token: CreatedToken; onDone: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    title.current?.closest("[data-shown-once]")?.scrollIntoView({ block: "center" });
  }, []);
  const command = `curl -H "Authorization: Bearer ${token.token}" ${location.origin}/notes`;
  return (
    <div data-shown-once>
      <Ticket
        stub={
          <div className="flex flex-col gap-3">
            <p className="text-muted text-small">{words.command}</p>
            <CopyLine label={words.command} text={command} onCopy={copyText} />
            <Button kind="quiet" className="self-end" onClick={onDone}>
              {words.done}
            </Button>
          </div>
        }
      >
        <div className="flex flex-col gap-3">
          <h3 ref={title} tabIndex={-1} className="flex items-center gap-2 font-medium outline-none">
            <KeyRound size={16} aria-hidden="true" className="text-accent" />
            <span className="min-w-0 truncate">{token.label}</span>
          </h3>
          <CopyLine label={words.token} text={token.token} onCopy={copyText} kind="primary" />
          <p className="font-medium text-small">{words.shownOnce}</p>
        </div>
      </Ticket>
    </div>
  );
}
