import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useState } from "react";
import { Avatar } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { PasswordField, TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import type { Account } from "../../service/accounts.ts";
import { hasCode } from "../../service/client.ts";
import { instanceQuery, keys, meQuery, queryClient, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { OperatorHelp } from "./account-card.tsx";
import { checkEmail, checkNewPassword, focusField, useForm, valuesOf } from "./form-validation.ts";
import { FormCard, PasswordAgain, RevokeTokens, useHasPassword } from "./password-again.tsx";

export function AccountSection({ onSignOut }: { onSignOut: () => Promise<void> }) {
  const { data: session } = useQuery(sessionQuery);
  const hasPassword = useHasPassword();
  const [changing, setChanging] = useState<"password" | "email">();
  const close = () => setChanging(undefined);
  const signOut = useMutation({ mutationFn: onSignOut });
  if (!session) return null;
  const { user } = session;
  return (
    <section className="flex flex-col gap-4">
      <div className="flex items-center gap-3">
        <Avatar name={user.name} />
        <div className="min-w-0 grow">
          <p className="wrap-anywhere font-medium">
            <bdi>{user.name}</bdi>
          </p>
          <p className="wrap-anywhere text-muted text-small">
            <bdi>{user.email}</bdi>
          </p>
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
      {!hasPassword && <p className="text-pretty text-muted text-small">{accountTexts.account.noPassword}</p>}
      {hasPassword && changing === undefined && (
        // Phones show the buttons below each other, because one row would be too narrow in some fonts and languages.
        <div className="flex gap-2 max-md:flex-col max-md:items-start">
          <Button onClick={() => setChanging("email")}>{accountTexts.account.changeEmail}</Button>
          <Button onClick={() => setChanging("password")}>{accountTexts.account.changePassword}</Button>
        </div>
      )}
    </section>
  );
}

function NameForm({ user }: { user: Account }) {
  const { form, problems, report } = useForm({
    fields: ["name"],
    check: ({ name }) => ({ name: name.trim() === "" ? accountTexts.problems.nameMissing : undefined }),
    send({ name }) {
      if (name.trim() !== user.name) rename.mutate(name.trim());
    },
  });
  const rename = useMutation({
    mutationFn: accountCalls.rename,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      // Notes and the activity contain the old name of the user, so all data loads again.
      void queryClient.invalidateQueries();
      toasts.add({ title: accountTexts.account.nameSaved });
    },
    onError: (error) => void report({ name: describeProblem(error) }),
  });

  return (
    <form {...form} className="flex items-start gap-2">
      <TextField
        name="name"
        label={accountTexts.name}
        autoComplete="name"
        dir="auto"
        defaultValue={user.name}
        error={problems.name}
        className="min-w-0 grow"
      />
      <Button type="submit" className="mt-6" disabled={rename.isPending}>
        {accountTexts.account.saveName}
      </Button>
    </form>
  );
}

const words = accountTexts.account;

/** Asks for a new email address. The account changes only after a person opens the link in the mail to the new email address. */
function EmailForm({ current, onClose }: { current: string; onClose: () => void }) {
  const { data: instance } = useQuery(instanceQuery);
  const [problem, setProblem] = useState<string>();
  const request = useMutation({ mutationFn: accountCalls.requestEmailChange });

  function submit(password: string, form: HTMLFormElement): void {
    const newEmail = valuesOf(form, ["newEmail"]).newEmail.trim();
    const found = newEmail.toLowerCase() === current ? words.emailSame : checkEmail(newEmail);
    setProblem(found);
    if (found === undefined) request.mutate({ newEmail, password });
    else focusField(form, "newEmail");
  }

  const isByOperator = instance?.mail === false;
  if (isByOperator || request.isSuccess) {
    return (
      <div className="flex flex-col gap-3 rounded-card border bg-surface p-4">
        <h2 className="font-semibold">{words.changeEmail}</h2>
        <p role={isByOperator ? undefined : "status"} className="text-pretty text-small">
          {request.isSuccess ? words.changeSent(request.variables.newEmail) : words.changeByOperator}
        </p>
        {isByOperator && (
          <OperatorHelp
            contact={instance.operatorContact}
            hint={words.changeHint}
            command={words.changeCommand(current)}
          />
        )}
        <Button className="self-end" onClick={onClose}>
          {texts.common.close}
        </Button>
      </div>
    );
  }
  return (
    <PasswordAgain
      action={words.sendChange}
      error={request.error}
      isPending={request.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <h2 className="font-semibold">{words.changeEmail}</h2>
      <TextField name="newEmail" type="email" label={words.newEmail} autoComplete="email" autoFocus error={problem} />
    </PasswordAgain>
  );
}

/**
 * Offers to send the mail that confirms the email address. Shows nothing if the email address is confirmed, or if the service sends no
 * mail. `hint` says what the user cannot do without a confirmation.
 */
export function EmailProof({ hint = words.notConfirmedHint }: { hint?: string }) {
  const { data: instance } = useQuery(instanceQuery);
  const { data: me } = useQuery(meQuery);
  const request = useMutation({ mutationFn: accountCalls.requestEmailProof });
  if (instance?.mail !== true || me === undefined || me.emailProven) return null;
  return (
    <div className="flex flex-col gap-2 rounded-card bg-sunken p-3 text-small">
      <p className="text-pretty">
        <span className="font-medium">{words.notConfirmed}</span> {hint}
      </p>
      {request.isSuccess ? (
        <p role="status">{words.proofSent}</p>
      ) : (
        <Button className="self-start" disabled={request.isPending} onClick={() => request.mutate()}>
          {words.sendProof}
        </Button>
      )}
      {request.isError && <Problem error={request.error} />}
    </div>
  );
}

/** `email` tells password managers to which account the password belongs. */
function PasswordForm({ email, onClose }: { email: string; onClose: () => void }) {
  const { form, problems, report } = useForm({
    fields: ["current", "new", "revokeTokens"],
    check: (values) => ({
      current: values.current === "" ? accountTexts.problems.passwordMissing : undefined,
      new:
        values.new !== "" && values.new === values.current
          ? accountTexts.problems.passwordSame
          : checkNewPassword(values.new),
    }),
    send(values) {
      const revokeApiTokens = values.revokeTokens !== "";
      change.mutate({ currentPassword: values.current, newPassword: values.new, revokeApiTokens });
    },
  });
  const change = useMutation({
    mutationFn: accountCalls.changePassword,
    async onSuccess(_, { revokeApiTokens }) {
      const changed = accountTexts.account.passwordChangedAll;
      toasts.add({ title: revokeApiTokens ? `${changed} ${accountTexts.account.tokensRevoked}` : changed });
      onClose();
      // The service has replaced the session, so the page loads the new session.
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await queryClient.invalidateQueries({ queryKey: keys.sessions });
      if (revokeApiTokens) await queryClient.invalidateQueries({ queryKey: keys.tokens });
    },
    onError(failure) {
      if (hasCode(failure, "wrong_password")) report({ current: accountTexts.account.wrongPassword });
    },
  });

  return (
    <FormCard
      {...form}
      label={words.changePassword}
      action={words.changePassword}
      isPending={change.isPending}
      onClose={onClose}
    >
      <h2 className="font-semibold">{words.changePassword}</h2>
      {change.isError && !hasCode(change.error, "wrong_password") && <Problem error={change.error} />}
      <input type="email" name="username" autoComplete="username" defaultValue={email} hidden readOnly />
      <PasswordField
        name="current"
        label={accountTexts.account.currentPassword}
        autoComplete="current-password"
        autoFocus
        error={problems.current}
      />
      <PasswordField
        name="new"
        label={accountTexts.account.newPassword}
        autoComplete="new-password"
        hint={accountTexts.passwordHint}
        error={problems.new}
      />
      <p className="text-muted text-small">{accountTexts.account.endOthersHint}</p>
      <RevokeTokens />
    </FormCard>
  );
}
