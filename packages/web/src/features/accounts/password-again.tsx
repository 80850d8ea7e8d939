import { useQuery } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { PasswordField } from "../../components/text-field.tsx";
import { hasCode } from "../../service/client.ts";
import { meQuery, sessionQuery } from "../../service/queries.ts";
import { secondFactorTexts as words } from "../../texts/en/settings.ts";
import { texts } from "../../texts/index.ts";
import { useProblems, valuesOf } from "./form-validation.ts";

type PasswordAgainProps = {
  /** The text of the button. */
  action: string;
  kind?: "primary" | "danger";
  /** The content above the password field. */
  children?: ReactNode;
  error: unknown;
  isPending: boolean;
  onSubmit: (password: string, form: HTMLFormElement) => void;
  onClose: () => void;
};

/** Asks for the password again before a change of the account. */
export function PasswordAgain({ action, kind = "primary", children, error, ...props }: PasswordAgainProps) {
  const { data: session } = useQuery(sessionQuery);
  const { form, problems, report } = useProblems<"password">();
  const isWrong = hasCode(error, "wrong_password");

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { password } = valuesOf(event.currentTarget, ["password"]);
    if (report({ password: password === "" ? words.passwordMissing : undefined })) return;
    props.onSubmit(password, event.currentTarget);
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      aria-label={action}
      className="flex flex-col gap-4 rounded-card border bg-surface p-4"
    >
      {error !== null && !isWrong && <Problem error={error} />}
      <input type="email" name="username" autoComplete="username" defaultValue={session?.user.email} hidden readOnly />
      {children}
      <PasswordField
        name="password"
        label={words.password}
        autoComplete="current-password"
        autoFocus={children === undefined}
        error={problems.password ?? (isWrong ? words.wrongPassword : undefined)}
      />
      <div className="flex justify-end gap-2">
        <Button kind="quiet" onClick={props.onClose}>
          {texts.common.cancel}
        </Button>
        <Button type="submit" kind={kind} disabled={props.isPending}>
          {action}
        </Button>
      </div>
    </form>
  );
}

/**
 * Returns whether the user's account has a password. An account of an identity provider has no password, so no page may ask for one.
 * Returns true until the service responds, because most accounts have a password.
 */
export function useHasPassword(): boolean {
  const { data: me } = useQuery(meQuery);
  return me?.hasPassword ?? true;
}
