import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/select.tsx";
import { inputStyle } from "../../components/text-field.tsx";
import { texts } from "../../texts/index.ts";
import { describeEnd, describeSpan, endOf, endOfField, fieldOf, SPANS } from "./ends.ts";

const words = texts.sharing.end;

/** The choices after the first one; each is an option of a select. */
export function EndOptions({ hasNever }: { hasNever: boolean }) {
  return (
    <>
      {hasNever && <option value="never">{words.never}</option>}
      {SPANS.map((seconds) => (
        <option key={seconds} value={seconds}>
          {describeSpan(seconds)}
        </option>
      ))}
      <option value="custom">{words.custom}</option>
    </>
  );
}

type DateTimeFieldProps = { value: string; onChange: (value: string) => void; now: number; error?: string | undefined };

/** A date and a time that are still to come. */
export function DateTimeField({ value, onChange, now, error }: DateTimeFieldProps) {
  return (
    <label className="flex min-w-0 grow basis-64 flex-col gap-1">
      <span className="font-medium text-small">{words.customLabel}</span>
      <input
        type="datetime-local"
        value={value}
        min={fieldOf(now)}
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

type EndOfShareProps = {
  /** Whose it is. */
  name: string;
  expiresAt: string | null;
  now: number;
  onChange: (expiresAt: string | null) => void;
};

/** When a share ends, to be changed in its line; `custom` is told by a field that opens below. */
export function useEndOfShare({ name, expiresAt, now, onChange }: EndOfShareProps) {
  const [custom, setCustom] = useState<string>();
  const [problem, setProblem] = useState<string>();
  function choose(choice: string): void {
    const end = endOf(choice, { now: Date.now() });
    setProblem(undefined);
    setCustom(choice === "custom" ? fieldOf(Date.now() + 86_400_000) : undefined);
    if (end !== undefined) onChange(end);
  }
  function set(): void {
    const end = endOfField(custom ?? "", { now: Date.now() });
    setProblem(end === undefined ? words.past : undefined);
    if (end === undefined) return;
    setCustom(undefined);
    onChange(end);
  }
  const select = (
    <Select
      isQuiet
      label={words.labelOf(name)}
      value={custom === undefined ? "current" : "custom"}
      onChange={(event) => choose(event.currentTarget.value)}
      className="max-md:-my-2 -ml-1.5 shrink-0"
    >
      <option value="current">{describeEnd(expiresAt, now)}</option>
      <EndOptions hasNever={expiresAt !== null} />
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
