import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import type { Webhook, WebhookDelivery, WebhookFailure, WebhookWithSecret } from "@valetkey/client";
import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";
import { Fragment, type Ref, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { IconMenu, MenuItem } from "../../components/menu.tsx";
import { Question } from "../../components/question.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import type { client } from "../../service/client.ts";
import { invalidate, pagesQuery } from "../../service/queries.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
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
  const row = useRef<HTMLButtonElement>(null);
  const [asked, setAsked] = useState<"rotate" | "remove">();
  const changed = () => refreshWebhooks(scope);
  const enable = useMutation({
    mutationFn: () => calls.update(id, { isDisabled: false }),
    onSuccess: changed,
    onError: showProblem,
  });
  const test = useMutation({
    mutationFn: () => calls.test(id),
    onError: showProblem,
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
  const question = {
    rotate: { title: words.rotateOf(url), hint: words.rotateQuestion, action: words.rotateNow, mutation: rotate },
    remove: { title: words.removeOf(url), hint: words.removeQuestion, action: words.removeNow, mutation: remove },
  };
  const isEnabled = webhook.disabledAt === null;
  const canExplain = isBroken(webhook) && !isOpen;
  function explain(): void {
    setOpen(true);
    // The focused button disappears.
    row.current?.focus();
  }
  return (
    <li className="first:rounded-t-card last:rounded-b-card has-[>div>button:hover]:bg-hover">
      <div className="flex items-center pr-1">
        <RowButton ref={row} webhook={webhook} isOpen={isOpen} onClick={() => setOpen(!isOpen)} />
        <IconMenu label={words.menuOf(url)} className="tooltip-left">
          {isEnabled && <MenuItem onClick={() => test.mutate()}>{words.test}</MenuItem>}
          <MenuItem onClick={() => setAsked("rotate")}>{words.rotate}</MenuItem>
          <MenuItem isDanger onClick={() => setAsked("remove")}>
            {words.remove}
          </MenuItem>
        </IconMenu>
      </div>
      {(!isEnabled || canExplain) && (
        <div className="mb-3 ml-9 flex flex-wrap gap-2">
          {!isEnabled && (
            <Button disabled={enable.isPending} onClick={() => enable.mutate()}>
              {words.enable}
            </Button>
          )}
          {canExplain && <Button onClick={explain}>{words.seeWhy}</Button>}
        </div>
      )}
      {isOpen && (
        <div className="flex flex-col gap-3 border-t bg-sunken p-3">
          <Facts webhook={webhook} />
          <Deliveries webhook={webhook} calls={calls} onRead={changed} />
        </div>
      )}
      {asked !== undefined && (
        <Question {...question[asked]} isDanger={asked === "remove"} onClose={() => setAsked(undefined)} />
      )}
    </li>
  );
}

type RowButtonProps = { ref: Ref<HTMLButtonElement>; webhook: Webhook; isOpen: boolean; onClick: () => void };

/** Shows the purpose of a webhook, and whether its messages arrive. A click shows the messages. */
function RowButton({ ref, webhook, isOpen, onClick }: RowButtonProps) {
  const now = useNow();
  const { url, description } = webhook;
  return (
    <button
      ref={ref}
      type="button"
      aria-expanded={isOpen}
      onClick={onClick}
      className="flex min-h-14 min-w-0 grow items-center gap-2 p-3 text-left"
    >
      <ChevronDown
        size={16}
        aria-hidden="true"
        className={clsx("shrink-0 text-muted transition-transform", !isOpen && "-rotate-90")}
      />
      <span className="min-w-0 grow">
        <bdi className="wrap-anywhere block font-medium">{description === "" ? new URL(url).host : description}</bdi>
        <span title={url} className="wrap-anywhere text-small">
          {/* The URL breaks after "/" and ".", and not inside a word. */}
          {url.split(/(?<=[/.])(?![/.])/).map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two parts can be equal
            <Fragment key={index}>
              {part}
              <wbr />
            </Fragment>
          ))}
        </span>
        <span className={clsx("block text-small", isBroken(webhook) ? "text-danger" : "text-muted")}>
          {stateOf(webhook, now)}
        </span>
      </span>
    </button>
  );
}

function isBroken({ disabledAt, failure, failures }: Webhook): boolean {
  return failure !== null || (disabledAt === null && failures > 0);
}

function stateOf({ disabledAt, failure, failures, lastDeliveredAt }: Webhook, now: number): string {
  if (disabledAt !== null) return failure === null ? words.off : words.offAfter(formatWhen(disabledAt, now));
  if (failures > 0)
    return words.failing(failures, lastDeliveredAt === null ? undefined : formatWhen(lastDeliveredAt, now));
  return lastDeliveredAt === null ? words.untried : words.works(formatWhen(lastDeliveredAt, now));
}

function Facts({ webhook: { events, failure, problem, formerSecretUntil } }: { webhook: Webhook }) {
  const now = useNow();
  const hasFormer = formerSecretUntil !== null && Date.parse(formerSecretUntil) > now;
  return (
    <div className="text-small">
      <p>{words.sends(events.map((event) => words.eventNames[event]))}</p>
      {hasFormer && <p className="text-muted">{words.formerSecret(formatWhen(formerSecretUntil, now))}</p>}
      {failure !== null && (
        <div className="mt-2 text-danger">
          <p className="font-medium">{words.disabledBecause}</p>
          <Trouble failure={failure} problem={problem} status={null} />
        </div>
      )}
    </div>
  );
}

type TroubleProps = { failure: WebhookFailure; problem: string | null; status: number | null };

/** Shows what is wrong with the receiving server, and what to do first. The record of the service is behind "Details". */
function Trouble({ failure, problem, status }: TroubleProps) {
  const { what, first } = words.failures[failure];
  return (
    <>
      <p className="text-pretty">
        {what} {first}
      </p>
      <details className="text-muted">
        <summary className="cursor-pointer py-1">{words.details}</summary>
        <p lang="en" className="wrap-anywhere">
          {[...(status === null ? [] : [`HTTP ${status}`]), problem ?? ""].join(" · ")}
        </p>
      </details>
    </>
  );
}

const PAGE = 20;
/** The pause in milliseconds between two polls during a delivery. A delivery usually takes seconds. */
const REFRESH_MS = 3_000;

type DeliveriesProps = { webhook: Webhook; calls: WebhookCalls };

/**
 * Lists the deliveries to a webhook, newest first. The state of the webhook depends on its deliveries, so `onRead` loads this state again.
 */
function Deliveries({ webhook, calls, onRead }: DeliveriesProps & { onRead: () => Promise<void> }) {
  const list = useInfiniteQuery({
    ...pagesQuery(webhookKeys.deliveries(webhook.id), async (page) => {
      const read = await calls.deliveries(webhook.id, { ...page, limit: PAGE });
      void onRead();
      return read;
    }),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((item) => item.state === "waiting")) ? REFRESH_MS : false,
  });
  const items = list.data?.pages.flatMap((page) => page.items);
  if (list.isPending) return <Skeleton className="h-14" />;
  if (items === undefined) return <Failure title={words.deliveriesFailed} query={list} />;
  if (items.length === 0) return <p className="text-muted text-small">{words.noDeliveries}</p>;
  return (
    <>
      <ul
        aria-label={words.deliveriesOf(webhook.url)}
        className="flex flex-col divide-y rounded-card border bg-surface px-3"
      >
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
      {webhook.disabledAt === null && failure !== null && (
        <Button aria-label={words.againOf(name, when)} disabled={again.isPending} onClick={() => again.mutate()}>
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

/** The client calls for the user's own webhooks, or for the webhooks of the whole service. */
export type WebhookCalls = (typeof client)["webhooks"];

/** Says which webhooks the page shows. The scope is part of the query key, because the two lists differ. */
export type WebhookScope = "own" | "service";

export const webhookKeys = {
  list: (scope: WebhookScope) => ["webhooks", scope],
  deliveries: (webhookId: string) => ["webhook-deliveries", webhookId],
};

export const refreshWebhooks = (scope: WebhookScope) => invalidate(webhookKeys.list(scope));
const refreshDeliveries = (webhookId: string) => invalidate(webhookKeys.deliveries(webhookId));
