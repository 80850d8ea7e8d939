import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";
import { type ReactNode, useId } from "react";

type SelectProps<Value extends string | number> = {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  isQuiet?: boolean;
  isDisabled?: boolean;
  describedBy?: string;
  className?: string;
};

/** A native select element, which each phone shows in its own way. A quiet select looks like text without a border. */
export function Select<Value extends string | number>(props: SelectProps<Value>) {
  const { label, value, options, onChange, isQuiet = false, isDisabled, describedBy, className } = props;
  return (
    <span className={clsx("relative inline-flex min-w-0 items-center", className)}>
      <select
        aria-label={label}
        aria-describedby={describedBy}
        disabled={isDisabled}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = options[currentTarget.selectedIndex];
          if (chosen !== undefined) onChange(chosen.value);
        }}
        className={clsx(
          "field-sizing-content w-full min-w-0 cursor-pointer appearance-none truncate rounded-card transition-colors disabled:cursor-not-allowed disabled:opacity-50",
          isQuiet
            ? "h-11 bg-transparent pr-5 pl-1.5 text-muted hover:text-ink md:h-7"
            : "h-11 border border-line-strong bg-surface pr-8 pl-3 hover:border-ink md:h-9",
        )}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        size={14}
        aria-hidden="true"
        className={clsx("pointer-events-none absolute text-muted", isQuiet ? "right-1" : "right-3")}
      />
    </span>
  );
}

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

type SegmentedProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string; icon?: ReactNode }[];
  className?: string;
  describedBy?: string | undefined;
};

/** A group of radio buttons that looks like one bar. */
export function Segmented<Value extends string>({ label, value, onChange, options, ...props }: SegmentedProps<Value>) {
  const { className, describedBy } = props;
  const name = useId();
  return (
    <fieldset
      aria-describedby={describedBy}
      className={clsx("flex min-w-0 max-w-full overflow-x-auto rounded-card bg-sunken p-1", className)}
    >
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex h-9 grow cursor-pointer select-none items-center justify-center gap-2 whitespace-nowrap rounded-small border border-transparent px-1.5 sm:px-3 text-muted text-small transition-colors hover:text-ink has-checked:border-line has-checked:bg-chosen has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent md:h-7"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="absolute inset-0 cursor-pointer appearance-none rounded-small outline-none"
          />
          {option.icon}
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
