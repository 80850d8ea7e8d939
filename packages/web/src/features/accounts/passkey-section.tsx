import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { canUsePasskeys, createPasskey, isCancelled } from "../../service/passkeys.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { passkeyTexts as words } from "../../texts/en/passkeys.ts";
import { secondFactorTexts } from "../../texts/en/second-factor.ts";
import { focusField, valuesOf } from "./form-validation.ts";
import { MAX_NAME_LENGTH, PasskeyRow } from "./passkey-row.tsx";
import { PasswordAgain } from "./password-again.tsx";

/** The passkeys of the user. Renders nothing if this page can't use passkeys. */
export function PasskeySection() {
  const isOffered = canUsePasskeys();
  const list = useQuery({ queryKey: keys.passkeys, queryFn: accountCalls.passkeys, enabled: isOffered });
  const [isAdding, setAdding] = useState(false);
  if (!isOffered) return null;
  return (
    <Section title={words.title} hint={words.hint}>
      {list.isPending && <Skeleton className="h-14" />}
      {list.isError && list.data === undefined && (
        <Failure title={words.failedToLoad} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data?.length === 0 && !isAdding && <p className="text-muted text-small">{words.none}</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <ul aria-label={words.title} className="flex flex-col divide-y rounded-card border bg-surface">
          {list.data.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
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
      await queryClient.invalidateQueries({ queryKey: keys.passkeys });
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

/** Whether the browser created no passkey. If the device already has a passkey of the account, the browser throws `InvalidStateError`. */
function isBrowserRefusal(error: unknown): boolean {
  return isCancelled(error) || (error as Error | null)?.name === "InvalidStateError";
}
