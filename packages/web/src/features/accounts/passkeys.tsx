import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useRef, useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { useFocusBack, useNow } from "../../components/hooks.ts";
import { Section } from "../../components/page.tsx";
import { ItemList } from "../../components/paged-list.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls, type Passkey } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { canUsePasskeys, createPasskey, isCancelled } from "../../service/passkeys.ts";
import { invalidate, keys, queryClient } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { secondFactorTexts, passkeyTexts as words } from "../../texts/en/settings.ts";
import { describeProblem, formatInstant, formatWhen, texts } from "../../texts/index.ts";
import { focusField, useForm, valuesOf } from "./form-validation.ts";
import { PasswordAgain } from "./password-again.tsx";

/** The passkeys of the user. Shows nothing if the browser or the page cannot use passkeys. */
export function PasskeySection() {
  const isOffered = canUsePasskeys();
  const list = useQuery({ queryKey: keys.passkeys, queryFn: accountCalls.passkeys, enabled: isOffered });
  const [isAdding, setAdding] = useState(false);
  if (!isOffered) return null;
  return (
    <Section title={words.title} hint={words.hint}>
      <ItemList
        query={list}
        items={list.data}
        label={words.title}
        failed={words.failedToLoad}
        empty={!isAdding && <p className="text-muted text-small">{words.none}</p>}
      >
        {(passkey) => <PasskeyRow key={passkey.id} passkey={passkey} />}
      </ItemList>
      {isAdding ? (
        <NewPasskey onClose={() => setAdding(false)} />
      ) : (
        <Button className="self-start" onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      )}
    </Section>
  );
}

function NewPasskey({ onClose }: { onClose: () => void }) {
  const { data: factor } = useQuery({ queryKey: keys.secondFactor, queryFn: accountCalls.secondFactor });
  const [problem, setProblem] = useState<string>();
  const create = useMutation({
    mutationFn: createPasskey,
    async onSuccess({ name }) {
      toasts.add({ title: words.added(name) });
      onClose();
      await invalidate(keys.passkeys);
    },
  });

  function submit(password: string, form: HTMLFormElement): void {
    const { passkeyName, code } = valuesOf(form, ["passkeyName", "code"]);
    const name = passkeyName.trim();
    setProblem(name === "" ? words.nameMissing : undefined);
    if (name === "") focusField(form, "passkeyName");
    else create.mutate({ name, password, ...(factor?.isOn && { code }) });
  }

  const isStopped = isBrowserRefusal(create.error);
  const isWrongCode = hasCode(create.error, "wrong_second_factor");
  return (
    <PasswordAgain
      action={words.create}
      error={isStopped || isWrongCode ? null : create.error}
      isPending={create.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <h3 className="font-semibold">{words.newTitle}</h3>
      {isStopped && <Problem>{words.cancelled}</Problem>}
      <TextField
        name="passkeyName"
        label={words.name}
        placeholder={words.namePlaceholder}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="off"
        autoFocus
        error={problem}
      />
      {factor?.isOn && (
        <TextField
          name="code"
          label={secondFactorTexts.code}
          autoComplete="one-time-code"
          hint={words.codeHint}
          error={isWrongCode ? secondFactorTexts.wrongCode : undefined}
        />
      )}
    </PasswordAgain>
  );
}

/** Returns whether the browser created no passkey. `InvalidStateError` means that the device already has a passkey of the account. */
function isBrowserRefusal(error: unknown): boolean {
  return isCancelled(error) || (error as Error | null)?.name === "InvalidStateError";
}

/** The maximum length of the name of a passkey in characters. The service has the same limit. */
const MAX_NAME_LENGTH = 255;

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const { id, name, createdAt, lastUsedAt } = passkey;
  const now = useNow();
  const [isRenaming, setRenaming] = useState(false);
  const renameButton = useRef<HTMLButtonElement>(null);
  useFocusBack(renameButton, isRenaming);
  const remove = useMutation({
    mutationFn: () => accountCalls.removePasskey(id),
    async onSuccess() {
      toasts.add({ title: words.removed(name) });
      await invalidate(keys.passkeys, keys.sessions);
    },
  });
  const facts = [
    words.created(formatWhen(createdAt, now)),
    lastUsedAt === null ? words.neverUsed : words.used(formatWhen(lastUsedAt, now)),
  ];
  return (
    <li className="flex flex-col gap-2 p-3">
      {isRenaming ? (
        <RenamePasskey passkey={passkey} onDone={() => setRenaming(false)} />
      ) : (
        <div className="flex flex-wrap items-center justify-end gap-2">
          <div className="flex min-w-0 grow basis-full items-center gap-3 md:basis-0">
            <KeyRound size={20} strokeWidth={1.5} aria-hidden="true" className="shrink-0 text-muted" />
            <div className="min-w-0 grow">
              <p dir="auto" className="wrap-anywhere font-medium">
                {name}
              </p>
              <p className="text-muted text-small" title={formatInstant(createdAt)}>
                {facts.join(texts.common.separator)}
              </p>
            </div>
          </div>
          <Button ref={renameButton} aria-label={words.renameOf(name)} onClick={() => setRenaming(true)}>
            {words.rename}
          </Button>
          <AskInPlace
            label={words.remove}
            spokenLabel={words.removeOf(name)}
            question={words.removeQuestion}
            action={remove}
          />
        </div>
      )}
      {remove.isError && <Problem error={remove.error} />}
    </li>
  );
}

function RenamePasskey({ passkey: { id, name }, onDone }: { passkey: Passkey; onDone: () => void }) {
  const { form, problems, report } = useForm({
    fields: ["passkeyName"],
    check: ({ passkeyName }) => ({ passkeyName: passkeyName.trim() === "" ? words.nameMissing : undefined }),
    send({ passkeyName }) {
      if (passkeyName.trim() === name) onDone();
      else rename.mutate({ id, name: passkeyName.trim() });
    },
  });
  const rename = useMutation({
    mutationFn: accountCalls.renamePasskey,
    onSuccess(renamed) {
      queryClient.setQueryData<Passkey[]>(keys.passkeys, (all) =>
        all?.map((passkey) => (passkey.id === id ? renamed : passkey)),
      );
      onDone();
    },
    onError: (error) => void report({ passkeyName: describeProblem(error) }),
  });

  return (
    <form
      {...form}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.nativeEvent.isComposing) onDone();
      }}
      className="flex flex-wrap items-start gap-2"
    >
      <TextField
        name="passkeyName"
        label={words.name}
        defaultValue={name}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="off"
        autoFocus
        error={problems.passkeyName}
        className="min-w-0 grow basis-full md:basis-40"
      />
      <Button type="submit" kind="primary" className="md:mt-6" disabled={rename.isPending}>
        {rename.isPending ? words.saving : words.save}
      </Button>
      <Button kind="quiet" className="md:mt-6" onClick={onDone}>
        {texts.common.cancel}
      </Button>
    </form>
  );
}
