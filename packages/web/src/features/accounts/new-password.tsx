import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Button, buttonStyle } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { PasswordField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { linkTokens } from "../../service/link-tokens.ts";
import { queryClient, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { recovery } from "../../texts/en/recovery.ts";
import { AccountCard, OtherPageLink } from "./account-card.tsx";
import { checkNewPassword, useForm } from "./form-validation.ts";
import { RevokeTokens } from "./password-again.tsx";

const words = recovery.reset;

const route = getRouteApi("/new-password");

export function NewPasswordPage() {
  const { token } = route.useRouteContext();
  const navigate = useNavigate();
  function onDone(): void {
    linkTokens.forget("/new-password");
    void navigate({ to: "/", replace: true });
  }
  return <NewPassword key={token} token={token} onDone={onDone} />;
}

/** `token` is the token of the link, or an empty string if the user opened the page without a link. */
function NewPassword({ token, onDone }: { token: string; onDone: () => void }) {
  useDocumentTitle(words.title);
  const link = useQuery({
    queryKey: ["password-reset", token],
    queryFn: () => accountCalls.checkPasswordReset(token),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (token === "" || isInvalid(link.error)) return <LinkInvalid />;
  if (link.isError) return <Failure title={words.title} query={link} />;
  if (link.data === undefined) {
    return (
      <AccountCard title={words.title}>
        <Skeleton className="h-44" />
      </AccountCard>
    );
  }
  return <PasswordForm token={token} email={link.data.email} onDone={onDone} />;
}

function isInvalid(error: unknown): boolean {
  return hasCode(error, "account_link_invalid");
}

function PasswordForm({ token, email, onDone }: { token: string; email: string; onDone: () => void }) {
  const { form, problems } = useForm({
    fields: ["password", "revokeTokens"],
    check: ({ password }) => ({ password: checkNewPassword(password) }),
    send({ password, revokeTokens }) {
      reset.mutate({ token, newPassword: password, revokeApiTokens: revokeTokens !== "" });
    },
  });
  const reset = useMutation({
    mutationFn: accountCalls.resetPassword,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      toasts.add({ title: words.done });
      onDone();
    },
  });

  if (isInvalid(reset.error)) return <LinkInvalid />;
  return (
    <AccountCard title={words.title} hint={words.hint(email)}>
      <form {...form} className="flex flex-col gap-4">
        {reset.isError && <Problem error={reset.error} />}
        <input type="email" name="username" autoComplete="username" defaultValue={email} hidden readOnly />
        <PasswordField
          name="password"
          label={accountTexts.account.newPassword}
          autoComplete="new-password"
          autoFocus
          hint={accountTexts.passwordHint}
          error={problems.password}
        />
        <RevokeTokens />
        <Button type="submit" kind="primary" disabled={reset.isPending || reset.isSuccess}>
          {reset.isPending ? words.pending : words.action}
        </Button>
      </form>
    </AccountCard>
  );
}

function LinkInvalid() {
  const { title, hint, action, signIn } = recovery.invalid;
  useDocumentTitle(title);
  return (
    <AccountCard title={title} hint={hint}>
      <div className="flex flex-col">
        <Link to="/forgot-password" className={buttonStyle({ kind: "primary" })}>
          {action}
        </Link>
        <OtherPageLink page="/sign-in" to="/" action={signIn} />
      </div>
    </AccountCard>
  );
}
