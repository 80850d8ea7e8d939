import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { accounts } from "../../service/accounts.ts";
import { hasCode } from "../../service/client.ts";
import { queryClient, sessionQuery } from "../../service/queries.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { AccountCard } from "./account-card.tsx";
import { checkEmail, collect, type Problems } from "./checks.ts";
import { PasswordField } from "./password-field.tsx";

const words = texts.accounts;

type SignInProps = {
  /** Where to go afterwards. */
  to: string | undefined;
  /** Why signing in elsewhere has failed: a code. */
  error: string | undefined;
  onDone: () => void;
};

export function SignIn({ to, onDone }: SignInProps) {
  useDocumentTitle(words.signIn.title);
  const [problems, setProblems] = useState<Problems<"email" | "password">>({});
  const signIn = useMutation({
    mutationFn: accounts.signIn,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      onDone();
    },
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const credentials = { email: String(fields.get("email")), password: String(fields.get("password")) };
    const found = collect({
      email: checkEmail(credentials.email),
      password: credentials.password === "" ? words.problems.passwordMissing : undefined,
    });
    setProblems(found ?? {});
    if (found === undefined) signIn.mutate(credentials);
  }

  return (
    <AccountCard title={words.signIn.title}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
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
        <PasswordField
          name="password"
          label={words.password}
          autoComplete="current-password"
          error={problems.password}
        />
        <Button type="submit" kind="primary" disabled={signIn.isPending}>
          {words.signIn.action}
        </Button>
      </form>
      <p className="mt-6 text-center text-muted text-small">
        {words.signIn.other}{" "}
        <Link to="/sign-up" search={to === undefined ? {} : { to }} className="text-accent underline">
          {words.signIn.otherAction}
        </Link>
      </p>
    </AccountCard>
  );
}
