import type { AdminPerson, UpdatePersonBody } from "@valetkey/client";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { forgetKept, useKept } from "../../service/use-kept.ts";
import { administration } from "../../texts/en/administration.ts";
import { texts } from "../../texts/index.ts";

const words = administration.people;
const GB = 1e9;
const MAX_GB = 1_000_000;
const MAX_FILES = 1e12;

type QuotaDialogProps = {
  person: AdminPerson;
  name: string;
  isPending: boolean;
  error: Error | null;
  onSave: (quota: Required<Pick<UpdatePersonBody, "quotaBytes" | "quotaFiles">>) => void;
  onClose: () => void;
};

/** Sets the quotas of a person. An empty field restores the default. */
export function QuotaDialog({ person, name, isPending, error, onSave, onClose }: QuotaDialogProps) {
  const { id, ownQuotaBytes, ownQuotaFiles } = person;
  const [size, setSize] = useKept(`quota ${id}`, ownQuotaBytes === null ? "" : String(ownQuotaBytes / GB));
  const [files, setFiles] = useKept(`files ${id}`, ownQuotaFiles === null ? "" : String(ownQuotaFiles));
  const [isChecked, setChecked] = useState(false);
  const amount = readNumber(size);
  const count = readNumber(files);
  const isSize = amount === null || (amount >= 0 && amount <= MAX_GB);
  const isCount = count === null || (Number.isInteger(count) && count >= 0 && count <= MAX_FILES);
  return (
    <Dialog title={words.quotaOf(name)} description={words.quotaHint} onClose={onClose}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setChecked(true);
          if (!isSize || !isCount) return;
          onSave({ quotaBytes: amount === null ? null : Math.round(amount * GB), quotaFiles: count });
        }}
      >
        <div className="flex flex-wrap items-start gap-3">
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
        {error !== null && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <Button
            kind="quiet"
            onClick={() => {
              forgetQuota(id);
              onClose();
            }}
          >
            {texts.common.cancel}
          </Button>
          <Button type="submit" kind="primary" disabled={isPending}>
            {texts.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Deletes the values that the administrator has typed. */
export function forgetQuota(userId: string): void {
  forgetKept(`quota ${userId}`);
  forgetKept(`files ${userId}`);
}

/** Returns null for an empty field, and NaN for a text that is not a number. */
function readNumber(typed: string): number | null {
  return typed.trim() === "" ? null : Number(typed.trim().replace(",", "."));
}
