import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import type { Webhook, WebhookDelivery, WebhookWithSecret } from "@valetkey/client";
import { useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import type { client } from "../../service/client.ts";
import { pagesQuery, queryClient } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { formatWhen, texts } from "../../texts/index.ts";

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
          action={rotate}
        />
        <AskInPlace
          label={words.remove}
          spokenLabel={words.removeOf(url)}
          question={words.removeQuestion}
          action={remove}
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

const PAGE = 20;
/** The pause between polls while a delivery waits, because its outcome is usually known within seconds. Milliseconds. */
const REFRESH_MS = 3_000;

type DeliveriesProps = { webhook: Webhook; calls: WebhookCalls };

/** The deliveries to a webhook, the newest first. */
function Deliveries({ webhook, calls }: DeliveriesProps) {
  const list = useInfiniteQuery({
    ...pagesQuery(webhookKeys.deliveries(webhook.id), (page) => calls.deliveries(webhook.id, { ...page, limit: PAGE })),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((item) => item.state === "waiting")) ? REFRESH_MS : false,
  });
  const items = list.data?.pages.flatMap((page) => page.items);
  if (list.isPending) return <Skeleton className="h-14" />;
  if (items === undefined) return <Failure title={words.deliveriesFailed} query={list} />;
  if (items.length === 0) return <p className="text-muted text-small">{words.noDeliveries}</p>;
  return (
    <>
      <ul aria-label={words.deliveriesOf(webhook.url)} className="flex flex-col divide-y rounded-card bg-sunken px-3">
        {items.map((delivery) => (
          <DeliveryRow key={delivery.id} webhook={webhook} calls={calls} delivery={delivery} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="self-start" disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </>
  );
}

function DeliveryRow({ webhook, calls, delivery }: DeliveriesProps & { delivery: WebhookDelivery }) {
  const now = useNow();
  const { id, type, createdAt, attempts, problem } = delivery;
  const again = useMutation({
    mutationFn: () => calls.retry(webhook.id, id),
    onSuccess: () => refreshDeliveries(webhook.id),
  });
  const name = nameOf(type);
  const when = formatWhen(createdAt, now);
  const facts = [when, outcomeOf(delivery, now), ...(attempts > 1 ? [words.tries(attempts)] : [])];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <div className="min-w-0 grow basis-56">
        <p className="truncate font-medium text-small">{name}</p>
        <p className="break-words text-muted text-small tabular-nums">{facts.join(texts.common.separator)}</p>
        {problem !== null && <p className="break-words text-danger text-small">{problem}</p>}
      </div>
      {webhook.disabledAt === null && (
        <Button
          kind="quiet"
          aria-label={words.againOf(name, when)}
          disabled={again.isPending}
          onClick={() => again.mutate()}
        >
          {words.again}
        </Button>
      )}
      {again.isError && <Problem error={again.error} />}
    </li>
  );
}

function nameOf(type: string): string {
  return words.types[type] ?? (words.eventNames as Record<string, string>)[type] ?? type;
}

function outcomeOf({ deliveredAt, givenUpAt, dueAt, status }: WebhookDelivery, now: number): string {
  if (deliveredAt !== null) return words.delivered(status, formatWhen(deliveredAt, now));
  if (givenUpAt !== null) return words.givenUp(formatWhen(givenUpAt, now));
  return dueAt === null || Date.parse(dueAt) <= now ? words.due : words.waiting(formatWhen(dueAt, now));
}

/** The calls for the webhooks of the user, or for the webhooks of the whole service. */
export type WebhookCalls = (typeof client)["webhooks"];

/** The scope of the webhooks that the page shows. The scope is part of the query key, because the lists differ. */
export type WebhookScope = "own" | "service";

export const webhookKeys = {
  list: (scope: WebhookScope) => ["webhooks", scope],
  deliveries: (webhookId: string) => ["webhook-deliveries", webhookId],
};

export function refreshWebhooks(scope: WebhookScope): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: webhookKeys.list(scope) });
}

function refreshDeliveries(webhookId: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: webhookKeys.deliveries(webhookId) });
}
