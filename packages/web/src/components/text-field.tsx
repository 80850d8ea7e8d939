import { Field } from "@base-ui/react/field";
import { clsx } from "clsx";
import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { texts } from "../texts/index.ts";
import { IconButton } from "./button.tsx";

export const inputStyle =
  "h-11 w-full rounded-card border border-line-strong bg-surface px-3 text-base transition-colors hover:border-ink focus:outline-2 focus:outline-accent focus:-outline-offset-1 data-invalid:border-danger data-invalid:outline-danger md:h-9";

type TextFieldProps = Omit<ComponentProps<typeof Field.Control>, "className"> & {
  label: string;
  /** The text below the field if the field has no problem. */
  hint?: ReactNode;
  error?: string | undefined;
  start?: ReactNode;
  /** An element at the end of the field, for example a button. */
  end?: ReactNode;
  className?: string;
};

export function TextField({ label, hint, error, start, end, className, name, ...props }: TextFieldProps) {
  return (
    <Field.Root name={name} invalid={error !== undefined} className={clsx("flex flex-col gap-1", className)}>
      <Field.Label className="font-medium text-small">{label}</Field.Label>
      <div className="relative flex">
        {start !== undefined && (
          <div className="pointer-events-none absolute inset-y-0 left-3 flex items-center text-muted">{start}</div>
        )}
        <Field.Control
          {...props}
          className={clsx(inputStyle, start !== undefined && "pl-9", end !== undefined && "pr-11")}
        />
        {end !== undefined && <div className="absolute inset-y-0 right-0.5 flex items-center">{end}</div>}
      </div>
      {error === undefined ? (
        hint !== undefined && <Field.Description className="text-muted text-small">{hint}</Field.Description>
      ) : (
        <Field.Error match className="text-danger text-small">
          {error}
        </Field.Error>
      )}
    </Field.Root>
  );
}

type LabelledProps = { label: string; className?: string; children: ReactNode };

/** Shows a label above a control. The control itself has the same label for screen readers. */
export function Labelled({ label, className, children }: LabelledProps) {
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <span aria-hidden="true" className="font-medium text-small">
        {label}
      </span>
      {children}
    </div>
  );
}

export function PasswordField(props: Omit<ComponentProps<typeof TextField>, "type" | "end">) {
  const [isShown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={isShown ? "text" : "password"}
      // The spell checker of the browser must not change a visible password.
      spellCheck={false}
      autoCapitalize="none"
      end={
        <IconButton
          label={isShown ? texts.common.hidePassword : texts.common.showPassword}
          className="tooltip-left"
          onClick={() => setShown(!isShown)}
        >
          {isShown ? <EyeOff size={16} /> : <Eye size={16} />}
        </IconButton>
      }
    />
  );
}

/** The problem of a field, for fields that do not show their problem themselves. */
export function FieldProblem({ children }: { children: string | undefined }) {
  if (children === undefined) return null;
  return (
    <p role="alert" className="text-danger text-small">
      {children}
    </p>
  );
}

type TextAreaProps = Omit<ComponentProps<"textarea">, "onChange"> & {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  onChange: (text: string) => void;
};

export function TextArea({ label, hint, problem, onChange, ...props }: TextAreaProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-small">
        {label}
      </label>
      <textarea
        rows={3}
        {...props}
        id={id}
        aria-invalid={problem !== undefined}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.value)}
        className={`${inputStyle} h-auto py-2 md:h-auto`}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className={problem === undefined ? "text-muted text-small" : "text-danger text-small"}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}
