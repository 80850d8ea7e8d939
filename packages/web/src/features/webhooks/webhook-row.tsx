import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import type { Webhook, WebhookDelivery, WebhookFailure, WebhookWithSecret } from "@valetkey/client";
import { clsx } from "clsx";
import { ChevronDown, MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { Question } from "../../components/question.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import type { client } from "../../service/client.ts";
import { pagesQuery, queryClient } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { formatInstant, formatWhen, texts } from "../../texts/index.ts";

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
  const [asked, setAsked] = useState<"rotate" | "remove">();
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
      setAsked(undefined);
      onSecret(rotated);
      await changed();
    },
  });
  const remove = useMutation({
    mutationFn: () => calls.remove(id),
    async onSuccess() {
      setAsked(undefined);
      toasts.add({ title: words.removed });
      await changed();
    },
  });
  const failed = [enable, test].find(({ isError }) => isError);
  const question = {
    rotate: { title: words.rotateOf(url), hint: words.rotateQuestion, action: words.rotateNow, mutation: rotate },
    remove: { title: words.removeOf(url), hint: words.removeQuestion, action: words.removeNow, mutation: remove },
  };
  return (
    <li className="flex flex-col gap-3 p-3">
      <div className="flex items-start gap-2">
        <Facts webhook={webhook} />
        <Menu
          trigger={
            <IconButton label={words.menuOf(url)} className="tooltip-left -mr-2 -mt-1">
              <MoreHorizontal size={18} />
            </IconButton>
          }
        >
          <MenuItem onClick={() => setAsked("rotate")}>{words.rotate}</MenuItem>
          <MenuItem isDanger onClick={() => setAsked("remove")}>
            {words.remove}
          </MenuItem>
        </Menu>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {webhook.disabledAt === null ? (
          <Button aria-label={words.testOf(url)} disabled={test.isPending} onClick={() => test.mutate()}>
            {words.test}
          </Button>
        ) : (
          <Button disabled={enable.isPending} onClick={() => enable.mutate()}>
            {words.enable}
          </Button>
        )}
        <Button
          kind="quiet"
          aria-expanded={isOpen}
          aria-label={words.deliveriesOf(url)}
          onClick={() => setOpen(!isOpen)}
        >
          {words.deliveries}
          <ChevronDown size={16} aria-hidden="true" className={clsx("transition-transform", isOpen && "rotate-180")} />
        </Button>
      </div>
      {failed !== undefined && <Problem error={failed.error} />}
      {isOpen && <Deliveries webhook={webhook} calls={calls} />}
      {asked !== undefined && (
        <Question {...question[asked]} isDanger={asked === "remove"} onClose={() => setAsked(undefined)} />
      )}
    </li>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const now = useNow();
  const { url, description, events, disabledAt, failure, problem, formerSecretUntil } = webhook;
  const hasFormer = formerSecretUntil !== null && Date.parse(formerSecretUntil) > now;
  return (
    <div className="min-w-0 grow text-small">
      <p className="wrap-anywhere font-medium text-base">{url}</p>
      {description !== "" && (
        <p className="wrap-anywhere">
          <bdi>{description}</bdi>
        </p>
      )}
      <p className="text-muted">{words.sends(events.map((event) => words.eventNames[event]))}</p>
      {hasFormer && <p className="text-muted">{words.formerSecret(formatWhen(formerSecretUntil, now))}</p>}
      {disabledAt !== null && (
        <div className="mt-2 rounded-card bg-danger-soft px-3 py-2 text-danger">
          <p className="font-medium">{failure === null ? words.disabled : words.disabledBecause}</p>
          {failure !== null && <Trouble failure={failure} problem={problem} status={null} />}
        </div>
      )}
    </div>
  );
}

type TroubleProps = { failure: WebhookFailure; problem: string | null; status: number | null };

/** What is wrong with a server, what to do first, and the record of the service behind "Details". */
function Trouble({ failure, problem, status }: TroubleProps) {
  const { what, first } = words.failures[failure];
  return (
    <>
      <p className="text-pretty">
        {what} {first}
      </p>
      <details>
        <summary className="cursor-pointer py-1">{words.details}</summary>
        <p lang="en" className="wrap-anywhere">
          {[...(status === null ? [] : [`HTTP ${status}`]), problem ?? ""].join(" · ")}
        </p>
      </details>
    </>
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
  const { id, type, createdAt, attempts, failure, problem, status } = delivery;
  const again = useMutation({
    mutationFn: () => calls.retry(webhook.id, id),
    onSuccess: () => refreshDeliveries(webhook.id),
  });
  const name = nameOf(type);
  const when = formatWhen(createdAt, now);
  const facts = [outcomeOf(delivery, now), ...(attempts > 1 ? [words.tries(attempts)] : [])];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <div className="min-w-0 grow basis-56">
        <p className="font-medium text-small" title={formatInstant(createdAt)}>
          {name}
        </p>
        <p className="break-words text-muted text-small tabular-nums">{facts.join(texts.common.separator)}</p>
        {failure !== null && (
          <div className="text-danger text-small">
            <Trouble failure={failure} problem={problem} status={status} />
          </div>
        )}
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

function outcomeOf({ deliveredAt, givenUpAt, dueAt }: WebhookDelivery, now: number): string {
  if (deliveredAt !== null) return words.delivered(formatWhen(deliveredAt, now));
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
