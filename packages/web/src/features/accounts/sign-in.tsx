import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { PasswordField } from "../../components/password-field.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { accounts } from "../../service/accounts.ts";
import { hasCode } from "../../service/client.ts";
import { instanceQuery, queryClient, sessionQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { describeProblem } from "../../texts/index.ts";
import { AccountCard, OtherPageLink } from "./account-card.tsx";
import { checkEmail, focusField, useProblems, valuesOf } from "./form-validation.ts";
import { ProviderButton } from "./provider-button.tsx";

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
  const signIn = useMutation({
    mutationFn: accounts.signIn,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      onDone();
    },
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

  return (
    <AccountCard title={words.signIn.title} hint={hint}>
      {signIn.isIdle && <Reason code={error} />}
      {instance?.oidc && <ProviderButton name={instance.oidc.name} to={to} />}
      <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {signIn.isError && (
          <Problem>
            {hasCode(signIn.error, "unauthenticated") ? words.failures.unauthenticated : describeProblem(signIn.error)}
          </Problem>
        )}
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
      {instance?.signUp === "open" && (
        <OtherPageLink page="/sign-up" to={to} question={words.signIn.other} action={words.signIn.otherAction} />
      )}
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
