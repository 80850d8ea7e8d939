import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/select.tsx";
import { inputStyle } from "../../components/text-field.tsx";
import { formatSpan, texts } from "../../texts/index.ts";
import { describeExpiry, expiryOf, expiryOfField, LIFETIMES, toFieldValue } from "./expiry.ts";

const words = texts.sharing.expiry;

/** The options of a select for an expiry, after the first one. */
export function ExpiryOptions({ hasNever }: { hasNever: boolean }) {
  return (
    <>
      {hasNever && <option value="never">{words.never}</option>}
      {LIFETIMES.map((seconds) => (
        <option key={seconds} value={seconds}>
          {words.after(formatSpan(seconds))}
        </option>
      ))}
      <option value="custom">{words.custom}</option>
    </>
  );
}

type DateTimeFieldProps = { value: string; onChange: (value: string) => void; now: number; error?: string | undefined };

export function DateTimeField({ value, onChange, now, error }: DateTimeFieldProps) {
  return (
    <label className="flex min-w-0 grow basis-64 flex-col gap-1">
      <span className="font-medium text-small">{words.customLabel}</span>
      <input
        type="datetime-local"
        value={value}
        min={toFieldValue(now)}
        aria-invalid={error !== undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
        className={inputStyle}
      />
      {error !== undefined && (
        <span role="alert" className="text-danger text-small">
          {error}
        </span>
      )}
    </label>
  );
}

type ShareExpiry = {
  name: string;
  expiresAt: string | null;
  now: number;
  onChange: (expiresAt: string | null) => void;
};

/** Shows and changes the expiry of a share. The option `custom` opens a field below the row. */
export function useExpiryOfShare({ name, expiresAt, now, onChange }: ShareExpiry) {
  const [custom, setCustom] = useState<string>();
  const [problem, setProblem] = useState<string>();
  function choose(choice: string): void {
    const chosen = expiryOf(choice, { now: Date.now() });
    setProblem(undefined);
    setCustom(choice === "custom" ? toFieldValue(Date.now() + 86_400_000) : undefined);
    if (chosen !== undefined) onChange(chosen);
  }
  function set(): void {
    const chosen = expiryOfField(custom ?? "", { now: Date.now() });
    setProblem(chosen === undefined ? words.past : undefined);
    if (chosen === undefined) return;
    setCustom(undefined);
    onChange(chosen);
  }
  const select = (
    <Select
      isQuiet
      label={words.labelOf(name)}
      value={custom === undefined ? "current" : "custom"}
      onChange={(event) => choose(event.currentTarget.value)}
      className="max-md:-my-2 -ml-1.5 shrink-0"
    >
      <option value="current">{describeExpiry(expiresAt, now)}</option>
      <ExpiryOptions hasNever={expiresAt !== null} />
    </Select>
  );
  const field = custom !== undefined && (
    <div className="flex items-end gap-2">
      <DateTimeField value={custom} onChange={setCustom} now={now} error={problem} />
      <Button onClick={set}>{words.set}</Button>
    </div>
  );
  return { select, field };
}
