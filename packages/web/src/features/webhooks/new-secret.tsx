import type { WebhookWithSecret } from "@valetkey/client";
import { KeyRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-line.tsx";
import { copyText } from "../../service/clipboard.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";

const words = webhookTexts;

/** Shows the secret of a webhook. The service never returns it again. */
export function NewSecret({ webhook, onDone }: { webhook: WebhookWithSecret; onDone: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <section data-shown-once className="flex flex-col gap-3 rounded-card border bg-surface p-4">
      <h2 ref={title} tabIndex={-1} className="flex items-center gap-2 font-medium outline-none">
        <KeyRound size={16} aria-hidden="true" className="shrink-0 text-accent" />
        <span className="min-w-0 truncate">{words.secretOf(webhook.url)}</span>
      </h2>
      <CopyLine label={words.secret} text={webhook.secret} onCopy={copyText} kind="primary" />
      <p className="font-medium text-small">{words.secretHint}</p>
      <Button className="self-end" onClick={onDone}>
        {words.done}
      </Button>
    </section>
  );
}
