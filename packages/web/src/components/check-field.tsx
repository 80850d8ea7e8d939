import type { ReactNode } from "react";

type CheckFieldProps = {
  label: ReactNode;
  hint?: string | undefined;
  isChecked: boolean;
  isDisabled?: boolean;
  onChange: (isChecked: boolean) => void;
};

export function CheckField({ label, hint, isChecked, isDisabled = false, onChange }: CheckFieldProps) {
  return (
    <label className="flex min-w-0 items-start gap-3 py-1">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
        className="mt-1 size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0 grow">
        {label}
        {hint !== undefined && <span className="block text-muted text-small">{hint}</span>}
      </span>
    </label>
  );
}
