import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { accounts } from "../../service/accounts.ts";
import { hasCode } from "../../service/client.ts";
import { instanceQuery, queryClient, sessionQuery } from "../../service/queries.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { AccountCard } from "./account-card.tsx";
import { checkEmail, checkNewPassword, collect, type Problems } from "./checks.ts";
import { PasswordField } from "./password-field.tsx";

const words = texts.accounts;

/** Creating an account: the first one of a new service, or another. */
export function SignUp({ to, onDone }: { to: string | undefined; onDone: () => void }) {
  const { data: instance } = useQuery(instanceQuery);
  const isFirst = instance?.hasAccounts === false;
  const title = isFirst ? words.first.title : words.signUp.title;
  useDocumentTitle(title);
  const [problems, setProblems] = useState<Problems<"name" | "email" | "password">>({});
  const signUp = useMutation({
    mutationFn: accounts.signUp,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      void queryClient.invalidateQueries({ queryKey: instanceQuery.queryKey });
      onDone();
    },
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name));
    const account = { name: text("name").trim(), email: text("email").trim(), password: text("password") };
    const found = collect({
      name: account.name === "" ? words.problems.nameMissing : undefined,
      email: checkEmail(account.email),
      password: checkNewPassword(account.password),
    });
    setProblems(found ?? {});
    if (found === undefined) signUp.mutate(account);
  }

  if (instance?.signUp === "closed") return <Closed title={title} isFirst={isFirst} />;
  return (
    <AccountCard title={title} hint={isFirst ? words.first.hint : undefined}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        {signUp.isError && (
          <Problem>
            {hasCode(signUp.error, "email_taken") ? words.failures.email_taken : describeProblem(signUp.error)}
          </Problem>
        )}
        <TextField name="name" label={words.name} autoComplete="name" autoFocus error={problems.name} />
        <TextField name="email" type="email" label={words.email} autoComplete="username" error={problems.email} />
        <PasswordField
          name="password"
          label={words.password}
          autoComplete="new-password"
          hint={words.passwordHint}
          error={problems.password}
        />
        <Button type="submit" kind="primary" disabled={signUp.isPending}>
          {words.signUp.action}
        </Button>
      </form>
      {!isFirst && (
        <p className="mt-6 text-center text-muted text-small">
          {words.signUp.other}{" "}
          <Link to="/sign-in" search={to === undefined ? {} : { to }} className="text-accent underline">
            {words.signUp.otherAction}
          </Link>
        </p>
      )}
    </AccountCard>
  );
}

function Closed({ title, isFirst }: { title: string; isFirst: boolean }) {
  return (
    <AccountCard title={title} hint={isFirst ? words.firstClosed : words.closed}>
      {isFirst ? (
        <pre className="overflow-x-auto rounded-card bg-sunken p-3 font-mono text-small">{words.firstCommand}</pre>
      ) : (
        <Link to="/sign-in" className="block text-center text-accent text-small underline">
          {words.signUp.otherAction}
        </Link>
      )}
    </AccountCard>
  );
}
