import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import type { Webhook, WebhookDelivery } from "@valetkey/client";
import { Button } from "../../components/button.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { useNow } from "../../components/use-now.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { formatWhen, texts } from "../../texts/index.ts";
import { refreshDeliveries, type WebhookCalls, webhookKeys } from "./webhook-calls.ts";

const words = webhookTexts;
const PAGE = 20;
/** The pause between polls while a delivery waits, because its outcome is usually known within seconds. Milliseconds. */
const REFRESH_MS = 3_000;

type DeliveriesProps = { webhook: Webhook; calls: WebhookCalls };

/** The deliveries to a webhook, the newest first. */
export function Deliveries({ webhook, calls }: DeliveriesProps) {
  const list = useInfiniteQuery({
    queryKey: webhookKeys.deliveries(webhook.id),
    queryFn: ({ pageParam, signal }) =>
      calls.deliveries(webhook.id, { signal, limit: PAGE, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((item) => item.state === "waiting")) ? REFRESH_MS : false,
  });
  const items = list.data?.pages.flatMap((page) => page.items);
  if (list.isPending) return <Skeleton className="h-14" />;
  if (items === undefined) {
    return <Failure title={words.deliveriesFailed} error={list.error} onRetry={() => void list.refetch()} />;
  }
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
