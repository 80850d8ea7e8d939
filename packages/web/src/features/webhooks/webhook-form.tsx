import { useMutation } from "@tanstack/react-query";
import type { WebhookEvent, WebhookWithSecret } from "@valetkey/client";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { CheckField } from "../../components/check-field.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useKept } from "../../service/use-kept.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { refreshWebhooks, type WebhookCalls, type WebhookScope } from "./webhook-calls.ts";

const words = webhookTexts;
const names = Object.entries(words.eventNames) as [WebhookEvent, string][];
const MAX_DESCRIPTION_LENGTH = 200;

type WebhookFormProps = {
  calls: WebhookCalls;
  scope: WebhookScope;
  onSecret: (webhook: WebhookWithSecret) => void;
};

export function WebhookForm({ calls, scope, onSecret }: WebhookFormProps) {
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
      <TextField
        name="description"
        label={words.description}
        placeholder={words.descriptionPlaceholder}
        maxLength={MAX_DESCRIPTION_LENGTH}
        autoComplete="off"
        value={description}
        onChange={({ currentTarget }) => setDescription(currentTarget.value)}
      />
      <fieldset className="flex flex-col">
        <legend className="font-medium text-small">{words.events}</legend>
        {names.map(([event, name]) => (
          <CheckField
            key={event}
            label={name}
            isChecked={events.includes(event)}
            onChange={(isOn) => setEvents(isOn ? [...events, event] : events.filter((one) => one !== event))}
          />
        ))}
      </fieldset>
      {isChecked && events.length === 0 && <Problem>{words.eventsMissing}</Problem>}
      <Button type="submit" disabled={create.isPending} className="self-end">
        {create.isPending ? words.creating : words.create}
      </Button>
    </form>
  );
}
