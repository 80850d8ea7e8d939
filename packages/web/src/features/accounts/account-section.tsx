import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Avatar } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import type { Account } from "../../service/accounts.ts";
import { queryClient, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { EmailForm } from "./email-form.tsx";
import { EmailProof } from "./email-proof.tsx";
import { valuesOf } from "./form-validation.ts";
import { PasswordForm } from "./password-form.tsx";
import { useHasPassword } from "./use-has-password.ts";

const words = accountTexts;

export function AccountSection({ onSignOut }: { onSignOut: () => Promise<void> }) {
  const { data: session } = useQuery(sessionQuery);
  const hasPassword = useHasPassword();
  const [changing, setChanging] = useState<"password" | "email">();
  const close = () => setChanging(undefined);
  const signOut = useMutation({ mutationFn: onSignOut });
  if (!session) return null;
  const { user } = session;
  return (
    <Section title={words.account.title}>
      <div className="flex items-center gap-3">
        <Avatar name={user.name} />
        <div className="min-w-0 grow">
          <p className="truncate font-medium">{user.name}</p>
          <p className="truncate text-muted text-small">{user.email}</p>
        </div>
        <Button disabled={signOut.isPending} onClick={() => signOut.mutate()}>
          <LogOut size={16} />
          {texts.app.signOut}
        </Button>
      </div>
      <EmailProof />
      {signOut.isError && <Problem error={signOut.error} />}
      <NameForm key={user.name} user={user} />
      {changing === "password" && <PasswordForm email={user.email} onClose={close} />}
      {changing === "email" && <EmailForm current={user.email} onClose={close} />}
      {!hasPassword && <p className="text-pretty text-muted text-small">{words.account.noPassword}</p>}
      {hasPassword && changing === undefined && (
        // On a phone, the buttons are in two rows, because one row is too narrow in some fonts and languages.
        <div className="flex gap-2 max-md:flex-col max-md:items-start">
          <Button onClick={() => setChanging("email")}>{words.account.changeEmail}</Button>
          <Button onClick={() => setChanging("password")}>{words.account.changePassword}</Button>
        </div>
      )}
    </Section>
  );
}

function NameForm({ user }: { user: Account }) {
  const [problem, setProblem] = useState<string>();
  const rename = useMutation({
    mutationFn: accountCalls.rename,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      // Notes and activity contain the old name, so all queries load again.
      void queryClient.invalidateQueries();
      toasts.add({ title: words.account.nameSaved });
    },
    onError: (error) => setProblem(describeProblem(error)),
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const name = valuesOf(event.currentTarget, ["name"]).name.trim();
    setProblem(name === "" ? words.problems.nameMissing : undefined);
    if (name !== "" && name !== user.name) rename.mutate(name);
  }

  return (
    <form noValidate onSubmit={submit} className="flex items-start gap-2">
      <TextField
        name="name"
        label={words.name}
        autoComplete="name"
        defaultValue={user.name}
        error={problem}
        className="min-w-0 grow"
      />
      <Button type="submit" className="mt-6" disabled={rename.isPending}>
        {words.account.saveName}
      </Button>
    </form>
  );
}
