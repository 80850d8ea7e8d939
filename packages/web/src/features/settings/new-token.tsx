import type { CreatedToken } from "@valetkey/client";
import { KeyRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { copyText } from "../../service/clipboard.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.tokens;

/** Shows a new token. The service never returns it again. */
export function NewToken({ token, onDone }: { token: CreatedToken; onDone: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const command = `curl -H "Authorization: Bearer ${token.token}" ${location.origin}/notes`;
  return (
    <Ticket
      stub={
        <div className="flex flex-col gap-3">
          <p className="text-muted text-small">{words.command}</p>
          <CopyLine label={words.command} text={command} />
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
        <CopyLine label={words.token} text={token.token} kind="primary" />
        <p className="text-small text-warning">{words.shownOnce}</p>
      </div>
    </Ticket>
  );
}

function CopyLine({ label, text, kind = "outline" }: { label: string; text: string; kind?: "primary" | "outline" }) {
  return (
    <div className="flex items-center gap-2">
      {/* A read-only field, so that the keyboard can scroll it and select all. */}
      <input
        readOnly
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        spellCheck={false}
        className="h-11 min-w-0 grow truncate rounded-card bg-sunken px-3 font-mono text-small md:h-9"
      />
      <CopyButton text={text} onCopy={copyText} kind={kind} />
    </div>
  );
}
