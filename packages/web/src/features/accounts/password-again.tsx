import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { FormButtons } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { PasswordField } from "../../components/text-field.tsx";
import { hasCode } from "../../service/client.ts";
import { meQuery, sessionQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { secondFactorTexts as words } from "../../texts/en/settings.ts";
import { useForm } from "./form-validation.ts";

type FormCardProps = Pick<ComponentProps<"form">, "ref" | "onSubmit" | "noValidate" | "children"> & {
  label: string;
  action: string;
  kind?: "primary" | "danger";
  isPending: boolean;
  onClose: () => void;
};

/** A form in a card, with two buttons at the end. */
export function FormCard({ label, action, kind, isPending, onClose, children, ...form }: FormCardProps) {
  return (
    <form {...form} aria-label={label} className="flex flex-col gap-4 rounded-card border bg-surface p-4">
      {children}
      <FormButtons action={action} kind={kind} isPending={isPending} onCancel={onClose} />
    </form>
  );
}

/** Offers to revoke the API tokens when the user changes the password. */
export function RevokeTokens() {
  return (
    <label className="flex items-start gap-3">
      <input type="checkbox" name="revokeTokens" className="mt-1 size-4 shrink-0 accent-accent" />
      <span>
        {accountTexts.account.revokeTokens}
        <span className="block text-muted text-small">{accountTexts.account.revokeTokensHint}</span>
      </span>
    </label>
  );
}

type PasswordAgainProps = Omit<FormCardProps, keyof ReturnType<typeof useForm>["form"] | "label"> & {
  error: unknown;
  onSubmit: (password: string, form: HTMLFormElement) => void;
};

export function PasswordAgain({ children, error, onSubmit, ...card }: PasswordAgainProps) {
  const { data: session } = useQuery(sessionQuery);
  const { form, problems } = useForm({
    fields: ["password"],
    check: ({ password }) => ({ password: password === "" ? words.passwordMissing : undefined }),
    send: ({ password }, element) => onSubmit(password, element),
  });
  const isWrong = hasCode(error, "wrong_password");

  return (
    <FormCard {...card} {...form} label={card.action}>
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
    </FormCard>
  );
}

/**
 * Returns whether the user's account has a password. If the account comes from an identity provider, it has no password, and no page may
 * ask for a password. Returns true until the service responds, because most accounts have a password.
 */
export function useHasPassword(): boolean {
  const { data: me } = useQuery(meQuery);
  return me?.hasPassword ?? true;
}
