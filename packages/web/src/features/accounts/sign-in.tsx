import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { PasswordField } from "../../components/password-field.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { instanceQuery, queryClient, sessionQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { formatDate } from "../../texts/index.ts";
import { AccountCard, OtherPageLink } from "./account-card.tsx";
import { describeSignIn } from "./describe-sign-in.ts";
import { checkEmail, focusField, useProblems, valuesOf } from "./form-validation.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import { ProviderButton } from "./provider-button.tsx";
import { SignInCode } from "./sign-in-code.tsx";

const words = accountTexts;

type SignInProps = {
  /** The path to open after the sign-in. */
  to: string;
  /** Why the user must sign in: an error code of the identity provider, or `session_ended`. */
  error: string | undefined;
  onDone: () => void;
};

export function SignIn({ to, error, onDone }: SignInProps) {
  useDocumentTitle(words.signIn.title);
  const { data: instance } = useQuery(instanceQuery);
  const { form, problems, report } = useProblems<"email" | "password">();
  const open = async () => {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    onDone();
  };
  const signIn = useMutation({
    mutationFn: accountCalls.signIn,
    onSuccess: open,
    onError: (failure) => hasCode(failure, "unauthenticated") && focusField(form.current, "password"),
  });

  const isShared = /^\/(?:n\/|shared|invitation)/.test(to) && error === undefined;
  const hint = isShared ? words.signIn.toOpenShared : words.signIn.where(location.host);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { email, password } = valuesOf(event.currentTarget, ["email", "password"]);
    const hasProblem = report({
      email: checkEmail(email),
      password: password === "" ? words.problems.passwordMissing : undefined,
    });
    if (!hasProblem) signIn.mutate({ email: email.trim(), password });
  }

  if (signIn.variables !== undefined && hasCode(signIn.error, "second_factor_required")) {
    return <SignInCode credentials={signIn.variables} onDone={open} onBack={signIn.reset} />;
  }
  if (signIn.variables !== undefined && hasCode(signIn.error, "account_closed")) {
    const { email, password } = signIn.variables;
    const keep = () => signIn.mutate({ email, password, keepAccount: true });
    return <ClosedAccount error={signIn.error} onKeep={keep} onBack={signIn.reset} />;
  }
  return (
    <AccountCard title={words.signIn.title} hint={hint}>
      {signIn.isIdle && <Reason code={error} />}
      {instance?.oidc && <ProviderButton name={instance.oidc.name} to={to} />}
      <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {signIn.isError && <Problem>{describeSignIn(signIn.error)}</Problem>}
        <TextField
          name="email"
          type="email"
          label={words.email}
          autoComplete="username"
          autoFocus
          error={problems.email}
        />
        <div className="flex flex-col gap-1">
          <PasswordField
            name="password"
            label={words.password}
            autoComplete="current-password"
            error={problems.password}
          />
          <Link to="/forgot-password" className="self-end py-1 text-accent text-small underline">
            {words.signIn.forgot}
          </Link>
        </div>
        <Button type="submit" kind="primary" disabled={signIn.isPending || signIn.isSuccess}>
          {signIn.isPending ? words.signIn.pending : words.signIn.action}
        </Button>
      </form>
      <PasskeyButton onDone={open} />
      {instance?.signUp === "open" && (
        <OtherPageLink page="/sign-up" to={to} question={words.signIn.other} action={words.signIn.otherAction} />
      )}
    </AccountCard>
  );
}

function ClosedAccount({ error, onKeep, onBack }: { error: Error; onKeep: () => void; onBack: () => void }) {
  // Only the error message of the service contains the day of the deletion.
  const [day] = error.message.match(/\d{4}-\d\d-\d\d/) ?? [];
  const hint = day && words.closedAccount.until(formatDate(`${day}T12:00:00Z`, Date.now()));
  return (
    <AccountCard title={words.closedAccount.title} hint={hint}>
      <div className="flex flex-col gap-4">
        <p className="text-pretty text-small">{words.closedAccount.hint}</p>
        <Button kind="primary" onClick={onKeep}>
          {words.closedAccount.keep}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {words.signIn.back}
        </Button>
      </div>
    </AccountCard>
  );
}

function Reason({ code }: { code: string | undefined }) {
  if (code === undefined) return null;
  const known: Record<string, string> = words.providerFailures;
  return (
    <div className="mb-4">
      {code === "session_ended" ? (
        <p role="status" className="rounded-card bg-sunken px-3 py-2 text-small">
          {words.sessionEnded}
        </p>
      ) : (
        <Problem>{Object.hasOwn(known, code) ? known[code] : words.providerFailures.sign_in_failed}</Problem>
      )}
    </div>
  );
}
