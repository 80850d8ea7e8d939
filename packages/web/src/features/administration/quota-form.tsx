import type { AdminPerson } from "@valetkey/client";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/text-field.tsx";
import { administration } from "../../texts/en/administration.ts";
import { texts } from "../../texts/index.ts";

const words = administration.people;
const GB = 1e9;
const MAX_GB = 1_000_000;

type QuotaFormProps = { person: AdminPerson; isPending: boolean; onSave: (quotaBytes: number | null) => void };

/** Sets the quota of a person, or restores the default. */
export function QuotaForm({ person: { ownQuotaBytes, quotaBytes }, isPending, onSave }: QuotaFormProps) {
  const [typed, setTyped] = useState(quotaBytes === null ? "" : String(quotaBytes / GB));
  const [hasProblem, setProblem] = useState(false);
  const amount = Number(typed.replace(",", "."));
  const isValid = typed.trim() !== "" && amount >= 0 && amount <= MAX_GB;
  return (
    <form
      noValidate
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        setProblem(!isValid);
        if (isValid) onSave(Math.round(amount * GB));
      }}
    >
      <TextField
        autoFocus
        className="grow basis-40"
        label={words.quotaField}
        inputMode="decimal"
        autoComplete="off"
        value={typed}
        error={hasProblem && !isValid ? words.quotaProblem : undefined}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Button type="submit" disabled={isPending}>
        {texts.common.save}
      </Button>
      {ownQuotaBytes !== null && (
        <Button kind="quiet" disabled={isPending} onClick={() => onSave(null)}>
          {words.quotaDefault}
        </Button>
      )}
    </form>
  );
}
