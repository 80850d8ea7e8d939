import { useQuery } from "@tanstack/react-query";
import type { WebhookWithSecret } from "@valetkey/client";
import { useState } from "react";
import { Failure, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { NewSecret } from "./new-secret.tsx";
import { type WebhookScope, webhookKeys } from "./webhook-calls.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { WebhookRow } from "./webhook-row.tsx";

const words = webhookTexts;

/** The webhooks of the user, or of the whole service. */
export function Webhooks({ scope }: { scope: WebhookScope }) {
  const calls = scope === "own" ? client.webhooks : client.admin.webhooks;
  const list = useQuery({ queryKey: webhookKeys.list(scope), queryFn: ({ signal }) => calls.list({ signal }) });
  // The secret of the webhook is never cached.
  const [shown, setShown] = useState<WebhookWithSecret>();
  const webhooks = list.data?.webhooks;
  const parts = { calls, scope, onSecret: setShown };
  return (
    <div className="flex flex-col gap-6">
      {shown === undefined ? (
        <WebhookForm {...parts} />
      ) : (
        <NewSecret key={shown.secret} webhook={shown} onDone={() => setShown(undefined)} />
      )}
      {list.isPending && <Skeleton className="h-14" />}
      {list.isError && webhooks === undefined && (
        <Failure title={words.failed} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {webhooks?.length === 0 && <p className="text-muted text-small">{words.empty}</p>}
      {webhooks !== undefined && webhooks.length > 0 && (
        <ul aria-label={words.title} className="flex flex-col divide-y rounded-card border bg-surface">
          {webhooks.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} {...parts} />
          ))}
        </ul>
      )}
    </div>
  );
}
