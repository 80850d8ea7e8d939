import type { AdminPerson, UpdatePersonBody } from "@valetkey/client";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/text-field.tsx";
import { administration } from "../../texts/en/administration.ts";
import { texts } from "../../texts/index.ts";

const words = administration.people;
const GB = 1e9;
const MAX_GB = 1_000_000;
const MAX_FILES = 1e12;

type QuotaFormProps = {
  person: AdminPerson;
  isPending: boolean;
  onSave: (quota: Required<Pick<UpdatePersonBody, "quotaBytes" | "quotaFiles">>) => void;
};

/** Sets the quotas of a person. An empty field restores the default. */
export function QuotaForm({ person: { ownQuotaBytes, ownQuotaFiles }, isPending, onSave }: QuotaFormProps) {
  const [size, setSize] = useState(ownQuotaBytes === null ? "" : String(ownQuotaBytes / GB));
  const [files, setFiles] = useState(ownQuotaFiles === null ? "" : String(ownQuotaFiles));
  const [isChecked, setChecked] = useState(false);
  const amount = readNumber(size);
  const count = readNumber(files);
  const isSize = amount === null || (amount >= 0 && amount <= MAX_GB);
  const isCount = count === null || (Number.isInteger(count) && count >= 0 && count <= MAX_FILES);
  return (
    <form
      noValidate
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!isSize || !isCount) return;
        onSave({ quotaBytes: amount === null ? null : Math.round(amount * GB), quotaFiles: count });
      }}
    >
      <div className="flex flex-wrap items-start gap-2">
        <TextField
          autoFocus
          className="grow basis-32"
          label={words.quotaField}
          inputMode="decimal"
          autoComplete="off"
          value={size}
          error={isChecked && !isSize ? words.quotaProblem : undefined}
          onChange={({ currentTarget }) => setSize(currentTarget.value)}
        />
        <TextField
          className="grow basis-32"
          label={words.quotaFilesField}
          inputMode="numeric"
          autoComplete="off"
          value={files}
          error={isChecked && !isCount ? words.quotaFilesProblem : undefined}
          onChange={({ currentTarget }) => setFiles(currentTarget.value)}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted text-small">{words.quotaHint}</p>
        <Button type="submit" className="ml-auto" disabled={isPending}>
          {texts.common.save}
        </Button>
      </div>
    </form>
  );
}

/** Returns null for an empty field, and NaN for a text that is not a number. */
function readNumber(typed: string): number | null {
  return typed.trim() === "" ? null : Number(typed.trim().replace(",", "."));
}
