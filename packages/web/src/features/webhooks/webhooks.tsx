import { useMutation, useQuery } from "@tanstack/react-query";
import type { WebhookEvent, WebhookWithSecret } from "@valetkey/client";
import { KeyRound, Plus } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { PagePart } from "../../components/page.tsx";
import { ItemList } from "../../components/paged-list.tsx";
import { CheckField } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { useKept } from "../../service/use-kept.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { refreshWebhooks, type WebhookCalls, WebhookRow, type WebhookScope, webhookKeys } from "./webhook-row.tsx";

const words = webhookTexts;

export function WebhooksPage() {
  return (
    <PagePart title={words.title} hint={words.hint}>
      <Webhooks scope="own" />
    </PagePart>
  );
}

/** The user's own webhooks, or the webhooks of the whole service. */
export function Webhooks({ scope }: { scope: WebhookScope }) {
  const calls = scope === "own" ? client.webhooks : client.admin.webhooks;
  const list = useQuery({ queryKey: webhookKeys.list(scope), queryFn: ({ signal }) => calls.list({ signal }) });
  // The secret of a new webhook, which the page never caches.
  const [shown, setShown] = useState<WebhookWithSecret>();
  const [isAdding, setAdding] = useState(false);
  const onSecret = (webhook: WebhookWithSecret) => {
    setAdding(false);
    setShown(webhook);
  };
  const parts = { calls, scope, onSecret };
  return (
    <div className="flex flex-col gap-6">
      <Button kind="primary" className="self-start" onClick={() => setAdding(true)}>
        <Plus size={16} />
        {words.create}
      </Button>
      {isAdding && (
        <Dialog title={words.create} onClose={() => setAdding(false)}>
          <WebhookForm {...parts} />
        </Dialog>
      )}
      {shown !== undefined && <NewSecret key={shown.secret} webhook={shown} onDone={() => setShown(undefined)} />}
      <ItemList
        query={list}
        items={list.data?.webhooks}
        label={words.title}
        failed={words.failed}
        empty={<p className="text-muted text-small">{words.empty}</p>}
      >
        {(webhook) => <WebhookRow key={webhook.id} webhook={webhook} {...parts} />}
      </ItemList>
    </div>
  );
}

const names = Object.entries(words.eventNames) as [WebhookEvent, string][];
const MAX_DESCRIPTION_LENGTH = 200;

type WebhookFormProps = {
  calls: WebhookCalls;
  scope: WebhookScope;
  onSecret: (webhook: WebhookWithSecret) => void;
};

function WebhookForm({ calls, scope, onSecret }: WebhookFormProps) {
  const [url, setUrl] = useKept(`webhook of ${scope} url`, "");
  const [description, setDescription] = useKept(`webhook of ${scope} description`, "");
  const [events, setEvents] = useState<readonly WebhookEvent[]>(["upload.ready"]);
  const [isChecked, setChecked] = useState(false);
  const create = useMutation({
    mutationFn: () => calls.create({ url: url.trim(), description: description.trim(), events: [...events] }),
    onSuccess(webhook) {
      setUrl("");
      setDescription("");
      onSecret(webhook);
      void refreshWebhooks(scope);
    },
  });
  const isComplete = url.trim() !== "" && events.length > 0;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    setChecked(true);
    if (isComplete) create.mutate();
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {create.isError && <Problem error={create.error} />}
      <TextField
        name="url"
        type="url"
        label={words.url}
        placeholder="https://example.com/webhooks"
        hint={words.urlHint}
        error={isChecked && url.trim() === "" ? words.urlMissing : undefined}
        autoComplete="off"
        spellCheck={false}
        value={url}
        onChange={({ currentTarget }) => setUrl(currentTarget.value)}
      />
      <fieldset className="flex flex-col">
        <legend className="font-medium text-small">{words.events}</legend>
        {names.map(([event, name]) => (
          <CheckField
            key={event}
            label={name}
            hint={words.eventHints[event]}
            isChecked={events.includes(event)}
            onChange={(isOn) => setEvents(isOn ? [...events, event] : events.filter((one) => one !== event))}
          />
        ))}
      </fieldset>
      {isChecked && events.length === 0 && <Problem>{words.eventsMissing}</Problem>}
      <TextField
        name="description"
        label={words.description}
        placeholder={words.descriptionPlaceholder}
        maxLength={MAX_DESCRIPTION_LENGTH}
        autoComplete="off"
        value={description}
        onChange={({ currentTarget }) => setDescription(currentTarget.value)}
      />
      <Button type="submit" kind="primary" disabled={create.isPending} className="self-end">
        {create.isPending ? words.creating : words.create}
      </Button>
    </form>
  );
}

/** Shows the secret of a webhook, which the service never returns again. */
function NewSecret({ webhook, onDone }: { webhook: WebhookWithSecret; onDone: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <section data-shown-once className="flex flex-col gap-3 rounded-card border bg-surface p-4">
      <h2 ref={title} tabIndex={-1} className="flex items-center gap-2 font-medium outline-none">
        <KeyRound size={16} aria-hidden="true" className="shrink-0 text-accent" />
        {/* The URL breaks after "/" and ".", and not inside a word. */}
        <span className="min-w-0 wrap-anywhere">
          {words.secretOf(webhook.url.replaceAll(/(?<=[/.])(?![/.])/g, "\u200b"))}
        </span>
      </h2>
      <CopyLine label={words.secret} text={webhook.secret} kind="primary" />
      <p className="font-medium text-small">{words.secretHint}</p>
      <Button className="self-end" onClick={onDone}>
        {words.done}
      </Button>
    </section>
  );
}
