import { useMutation } from "@tanstack/react-query";
import type { CreatedToken } from "@valetkey/client";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { useKept } from "../../service/use-kept.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.tokens;
const DAY_MS = 86_400_000;
const MAX_LABEL_LENGTH = 100;
const expiries = { never: undefined, days30: 30, days90: 90, year: 365 } as const;
type Expiry = keyof typeof expiries;
const options = (Object.keys(expiries) as Expiry[]).map((value) => ({ value, label: words.expiries[value] }));

export function TokenForm({ onCreated }: { onCreated: (token: CreatedToken) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [expiry, setExpiry] = useState<Expiry>("days90");
  const [typed, setTyped] = useKept("token", "");
  const [problem, setProblem] = useState<string>();
  const create = useMutation({
    mutationFn: (label: string) => {
      const days = expiries[expiry];
      const expiresAt = days === undefined ? null : new Date(Date.now() + days * DAY_MS).toISOString();
      return client.tokens.create({ label, expiresAt });
    },
    onSuccess(token) {
      setTyped("");
      onCreated(token);
      void queryClient.invalidateQueries({ queryKey: keys.tokens });
    },
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const label = typed.trim();
    setProblem(label === "" ? words.labelMissing : undefined);
    if (label === "") field.current?.focus();
    else create.mutate(label);
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {create.isError && <Problem error={create.error} />}
      <TextField
        ref={field}
        name="label"
        label={words.label}
        placeholder={words.labelPlaceholder}
        maxLength={MAX_LABEL_LENGTH}
        autoComplete="off"
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        error={problem}
      />
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div className="flex min-w-0 max-w-full flex-col gap-1">
          <span aria-hidden="true" className="font-medium text-small">
            {words.expiry}
          </span>
          <Segmented label={words.expiry} value={expiry} onChange={setExpiry} options={options} />
        </div>
        <Button type="submit" disabled={create.isPending} className="grow md:grow-0">
          {create.isPending ? words.creating : words.create}
        </Button>
      </div>
    </form>
  );
}
