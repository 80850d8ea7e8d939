import { useMutation } from "@tanstack/react-query";
import type { Webhook, WebhookWithSecret } from "@valetkey/client";
import { useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { useNow } from "../../components/use-now.ts";
import { toasts } from "../../service/toasts.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { formatWhen, texts } from "../../texts/index.ts";
import { Deliveries } from "./deliveries.tsx";
import { refreshDeliveries, refreshWebhooks, type WebhookCalls, type WebhookScope } from "./webhook-calls.ts";

const words = webhookTexts;

type WebhookRowProps = {
  webhook: Webhook;
  calls: WebhookCalls;
  scope: WebhookScope;
  onSecret: (webhook: WebhookWithSecret) => void;
};

export function WebhookRow({ webhook, calls, scope, onSecret }: WebhookRowProps) {
  const { id, url } = webhook;
  const [isOpen, setOpen] = useState(false);
  const changed = () => refreshWebhooks(scope);
  const enable = useMutation({ mutationFn: () => calls.update(id, { isDisabled: false }), onSuccess: changed });
  const test = useMutation({
    mutationFn: () => calls.test(id),
    async onSuccess() {
      toasts.add({ title: words.tested });
      setOpen(true);
      await refreshDeliveries(id);
    },
  });
  const rotate = useMutation({
    mutationFn: () => calls.rotateSecret(id),
    async onSuccess(rotated) {
      onSecret(rotated);
      await changed();
    },
  });
  const remove = useMutation({
    mutationFn: () => calls.remove(id),
    async onSuccess() {
      toasts.add({ title: words.removed });
      await changed();
    },
  });
  const failed = [enable, test, rotate, remove].find(({ isError }) => isError);
  return (
    <li className="flex flex-col gap-2 p-3">
      <Facts webhook={webhook} />
      <div className="flex flex-wrap items-center gap-2">
        <Button aria-expanded={isOpen} aria-label={words.deliveriesOf(url)} onClick={() => setOpen(!isOpen)}>
          {words.deliveries}
        </Button>
        {webhook.disabledAt === null ? (
          <Button aria-label={words.testOf(url)} disabled={test.isPending} onClick={() => test.mutate()}>
            {words.test}
          </Button>
        ) : (
          <Button disabled={enable.isPending} onClick={() => enable.mutate()}>
            {words.enable}
          </Button>
        )}
        <AskInPlace
          label={words.rotate}
          spokenLabel={words.rotateOf(url)}
          question={words.rotateQuestion}
          isPending={rotate.isPending}
          onConfirm={() => rotate.mutate()}
        />
        <AskInPlace
          label={words.remove}
          spokenLabel={words.removeOf(url)}
          question={words.removeQuestion}
          isPending={remove.isPending}
          onConfirm={() => remove.mutate()}
        />
      </div>
      {failed !== undefined && <Problem error={failed.error} />}
      {isOpen && <Deliveries webhook={webhook} calls={calls} />}
    </li>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const now = useNow();
  const { url, description, events, disabledAt, problem, formerSecretUntil } = webhook;
  const hasFormer = formerSecretUntil !== null && Date.parse(formerSecretUntil) > now;
  const facts = [
    ...(description === "" ? [] : [description]),
    ...events.map((event) => words.eventNames[event]),
    ...(hasFormer ? [words.formerSecret(formatWhen(formerSecretUntil, now))] : []),
  ];
  return (
    <div className="min-w-0">
      <p className="truncate font-medium">{url}</p>
      <p className="break-words text-muted text-small">{facts.join(texts.common.separator)}</p>
      {disabledAt !== null && (
        <p className="break-words text-danger text-small">
          {problem === null ? words.disabled : words.disabledBecause(problem)}
        </p>
      )}
    </div>
  );
}
