import { formatSpan, texts } from "../texts/index.ts";
import { toFieldValue } from "./expiry.ts";
import { inputStyle } from "./text-field.tsx";

const words = texts.sharing.expiry;

type Lifetimes = { hasNever: boolean /** Seconds. */; lifetimes: readonly number[] };

export function expiryOptions({ hasNever, lifetimes }: Lifetimes): { value: string; label: string }[] {
  return [
    ...(hasNever ? [{ value: "never", label: words.never }] : []),
    ...lifetimes.map((seconds) => ({ value: String(seconds), label: words.after(formatSpan(seconds)) })),
    { value: "custom", label: words.custom },
  ];
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
