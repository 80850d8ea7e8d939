import { useMutation, useQuery } from "@tanstack/react-query";
import type { ApiToken, CreatedToken } from "@valetkey/client";
import { KeyRound } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-button.tsx";
import { useNow } from "../../components/hooks.ts";
import { Section } from "../../components/page.tsx";
import { ItemList } from "../../components/paged-list.tsx";
import { Segmented } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { Labelled, TextField } from "../../components/text-field.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { useKept } from "../../service/use-kept.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";
import { formatDay, formatInstant, formatWhen, texts } from "../../texts/index.ts";

const words = settingsTexts.tokens;

export function Tokens() {
  const list = useQuery({ queryKey: keys.tokens, queryFn: ({ signal }) => client.tokens.list({ signal }) });
  // The new token is a secret, so the page never caches the token.
  const [created, setCreated] = useState<CreatedToken>();
  return (
    <>
      {created === undefined ? (
        <TokenForm onCreated={setCreated} />
      ) : (
        <NewToken token={created} onDone={() => setCreated(undefined)} />
      )}
      <Section title={words.own}>
        <ItemList
          query={list}
          items={list.data?.tokens}
          label={words.title}
          failed={words.failedToLoad}
          empty={<p className="text-muted text-small">{words.none}</p>}
        >
          {(token) => (
            <TokenRow
              key={token.id}
              token={token}
              onRevoked={() => token.id === created?.id && setCreated(undefined)}
            />
          )}
        </ItemList>
      </Section>
    </>
  );
}

const DAY_MS = 86_400_000;
const MAX_LABEL_LENGTH = 100;
const expiries = { never: undefined, days30: 30, days90: 90, year: 365 } as const;
type Expiry = keyof typeof expiries;
const options = (Object.keys(expiries) as Expiry[]).map((value) => ({ value, label: words.expiries[value] }));

function TokenForm({ onCreated }: { onCreated: (token: CreatedToken) => void }) {
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
        <Labelled label={words.expiry} className="min-w-0 max-w-full max-md:w-full">
          <Segmented
            label={words.expiry}
            value={expiry}
            onChange={setExpiry}
            options={options}
            className="max-md:grid max-md:grid-cols-4 max-[380px]:grid-cols-2"
          />
        </Labelled>
        <Button type="submit" kind="primary" disabled={create.isPending} className="grow md:grow-0">
          {create.isPending ? words.creating : words.create}
        </Button>
      </div>
    </form>
  );
}

function TokenRow({ token, onRevoked }: { token: ApiToken; onRevoked: () => void }) {
  const now = useNow();
  const { id, label, createdAt, lastUsedAt } = token;
  const revoke = useMutation({
    mutationFn: () => client.tokens.remove(id),
    async onSuccess() {
      onRevoked();
      await queryClient.invalidateQueries({ queryKey: keys.tokens });
      toasts.add({ title: words.revoked(label) });
    },
  });
  const facts = [
    describeExpiry(token, now),
    words.created(formatWhen(createdAt, now)),
    // During an upgrade, a response of an older replica has no time.
    lastUsedAt ? words.used(formatDay(lastUsedAt, now)) : words.neverUsed,
  ];
  return (
    <li className="flex flex-col gap-2 p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 grow basis-40">
          <p dir="auto" className="truncate font-medium">
            {label}
          </p>
          <p className="text-pretty text-muted text-small" title={formatInstant(createdAt)}>
            {facts.join(texts.common.separator)}
          </p>
        </div>
        <AskInPlace
          label={words.revoke}
          spokenLabel={words.revokeOf(label)}
          question={words.revokeQuestion}
          action={revoke}
        />
      </div>
      {revoke.isError && <Problem error={revoke.error} />}
    </li>
  );
}

function describeExpiry({ expiresAt }: ApiToken, now: number): string {
  if (expiresAt === null) return words.neverExpires;
  const when = formatWhen(expiresAt, now);
  return Date.parse(expiresAt) > now ? words.expires(when) : words.expired(when);
}

/** Shows a new API token, which the service never returns again. */
function NewToken({ token, onDone }: { token: CreatedToken; onDone: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    title.current?.closest("[data-shown-once]")?.scrollIntoView({ block: "center" });
  }, []);
  const command = `curl -H "Authorization: Bearer ${token.token}" ${location.origin}/notes`;
  return (
    <div data-shown-once>
      <Ticket
        stub={
          <div className="flex flex-col gap-3">
            <p className="text-muted text-small">{words.command}</p>
            <CopyLine label={words.command} text={command} />
            <Button className="self-end" onClick={onDone}>
              {words.done}
            </Button>
          </div>
        }
      >
        <div className="flex flex-col gap-3">
          <h3 ref={title} tabIndex={-1} className="flex items-center gap-2 font-medium outline-none">
            <KeyRound size={16} aria-hidden="true" className="text-accent" />
            <span className="min-w-0 truncate">{token.label}</span>
          </h3>
          <CopyLine label={words.token} text={token.token} kind="primary" />
          <p className="font-medium text-small">{words.shownOnce}</p>
        </div>
      </Ticket>
    </div>
  );
}
