import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { PasswordField } from "../../components/password-field.tsx";
import { Problem } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { keys, queryClient, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { texts } from "../../texts/index.ts";
import { checkNewPassword, useProblems, valuesOf } from "./form-validation.ts";

const words = accountTexts;

/** `email` tells password managers which account the password belongs to. */
export function PasswordForm({ email, onClose }: { email: string; onClose: () => void }) {
  const { form, problems, report } = useProblems<"current" | "new">();
  const change = useMutation({
    mutationFn: accountCalls.changePassword,
    async onSuccess(_, { revokeApiTokens }) {
      const changed = words.account.passwordChangedAll;
      toasts.add({ title: revokeApiTokens ? `${changed} ${words.account.tokensRevoked}` : changed });
      onClose();
      // The service has replaced the session, so the page loads the new session.
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await queryClient.invalidateQueries({ queryKey: keys.sessions });
      if (revokeApiTokens) await queryClient.invalidateQueries({ queryKey: keys.tokens });
    },
    onError(failure) {
      if (hasCode(failure, "wrong_password")) report({ current: words.account.wrongPassword });
    },
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const values = valuesOf(event.currentTarget, ["current", "new", "revokeTokens"]);
    const isSame = values.new !== "" && values.new === values.current;
    const hasProblem = report({
      current: values.current === "" ? words.problems.passwordMissing : undefined,
      new: isSame ? words.problems.passwordSame : checkNewPassword(values.new),
    });
    if (hasProblem) return;
    const revokeApiTokens = values.revokeTokens !== "";
    change.mutate({ currentPassword: values.current, newPassword: values.new, revokeApiTokens });
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      aria-label={words.account.changePassword}
      className="flex flex-col gap-4 rounded-card border bg-surface p-4"
    >
      {change.isError && !hasCode(change.error, "wrong_password") && <Problem error={change.error} />}
      <input type="email" name="username" autoComplete="username" defaultValue={email} hidden readOnly />
      <PasswordField
        name="current"
        label={words.account.currentPassword}
        autoComplete="current-password"
        autoFocus
        error={problems.current}
      />
      <PasswordField
        name="new"
        label={words.account.newPassword}
        autoComplete="new-password"
        hint={words.passwordHint}
        error={problems.new}
      />
      <p className="text-muted text-small">{words.account.endOthersHint}</p>
      <label className="flex items-start gap-3">
        <input type="checkbox" name="revokeTokens" className="mt-1 size-4 shrink-0 accent-accent" />
        <span>
          {words.account.revokeTokens}
          <span className="block text-muted text-small">{words.account.revokeTokensHint}</span>
        </span>
      </label>
      <div className="flex justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {texts.common.cancel}
        </Button>
        <Button type="submit" kind="primary" disabled={change.isPending}>
          {words.account.changePassword}
        </Button>
      </div>
    </form>
  );
}
