import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ValetKeyError } from "@valetkey/client";
import { Button } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Problem } from "../../components/states.tsx";
import { PasswordField, TextField } from "../../components/text-field.tsx";
import { accountCalls, type Credentials } from "../../service/account-calls.ts";
import { ownPath } from "../../service/accounts.ts";
import { hasCode } from "../../service/client.ts";
import { canUsePasskeys, isCancelled, signInWithPasskey } from "../../service/passkeys.ts";
import { instanceQuery, queryClient, sessionQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { describeProblem, formatDate } from "../../texts/index.ts";
import { AccountCard, OtherPageLink, ProviderButton } from "./account-card.tsx";
import { checkEmail, focusField, useForm } from "./form-validation.ts";

type SignInProps = {
  to: string;
  /** Why the user must sign in: an error code of the identity provider, or `session_ended`. */
  error: string | undefined;
  onDone: () => void;
};

const route = getRouteApi("/signed-out/sign-in");

export function SignInPage() {
  const { to, error } = route.useSearch();
  const navigate = useNavigate();
  const path = ownPath(to);
  return <SignIn to={path} error={error} onDone={() => void navigate({ href: path, replace: true })} />;
}

function SignIn({ to, error, onDone }: SignInProps) {
  useDocumentTitle(accountTexts.signIn.title);
  const { data: instance } = useQuery(instanceQuery);
  const { form, problems } = useForm({
    fields: ["email", "password"],
    check: ({ email, password }) => ({
      email: checkEmail(email),
      password: password === "" ? accountTexts.problems.passwordMissing : undefined,
    }),
    send({ email, password }) {
      signIn.mutate({ email: email.trim(), password });
    },
  });
  const open = async () => {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    onDone();
  };
  const signIn = useMutation({
    mutationFn: accountCalls.signIn,
    onSuccess: open,
    onError: (failure) => hasCode(failure, "unauthenticated") && focusField(form.ref.current, "password"),
  });

  const isShared = /^\/(?:n\/|shared|invitation)/.test(to) && error === undefined;
  const hint = isShared ? accountTexts.signIn.toOpenShared : accountTexts.signIn.where(location.host);

  if (signIn.variables !== undefined && hasCode(signIn.error, "second_factor_required")) {
    return <SignInCode credentials={signIn.variables} onDone={open} onBack={signIn.reset} />;
  }
  if (signIn.variables !== undefined && hasCode(signIn.error, "account_closed")) {
    const { email, password } = signIn.variables;
    const keep = () => signIn.mutate({ email, password, keepAccount: true });
    return <ClosedAccount error={signIn.error} onKeep={keep} onBack={signIn.reset} />;
  }
  return (
    <AccountCard title={accountTexts.signIn.title} hint={hint} namesService={!isShared}>
      {signIn.isIdle && <Reason code={error} provider={instance?.oidc?.name} />}
      {instance?.oidc && <ProviderButton name={instance.oidc.name} to={to} />}
      <form {...form} className="flex flex-col gap-4">
        {signIn.isError && <Problem>{describeSignIn(signIn.error)}</Problem>}
        <TextField
          name="email"
          type="email"
          label={accountTexts.email}
          autoComplete="username"
          autoFocus
          error={problems.email}
        />
        <div className="flex flex-col gap-1">
          <PasswordField
            name="password"
            label={accountTexts.password}
            autoComplete="current-password"
            error={problems.password}
          />
          <Link to="/forgot-password" className="self-end py-1 text-accent text-small underline">
            {accountTexts.signIn.forgot}
          </Link>
        </div>
        <Button type="submit" kind="primary" disabled={signIn.isPending || signIn.isSuccess}>
          {signIn.isPending ? accountTexts.signIn.pending : accountTexts.signIn.action}
        </Button>
      </form>
      <PasskeyButton onDone={open} />
      {instance?.signUp === "open" && (
        <OtherPageLink
          page="/sign-up"
          to={to}
          question={accountTexts.signIn.other}
          action={accountTexts.signIn.otherAction}
        />
      )}
    </AccountCard>
  );
}

function ClosedAccount({ error, onKeep, onBack }: { error: Error; onKeep: () => void; onBack: () => void }) {
  // Only the message of the error contains the day on which the service deletes the account.
  const [day] = error.message.match(/\d{4}-\d\d-\d\d/) ?? [];
  const hint = day && accountTexts.closedAccount.until(formatDate(`${day}T12:00:00Z`, Date.now()));
  return (
    <AccountCard title={accountTexts.closedAccount.title} hint={hint}>
      <div className="flex flex-col gap-4">
        <p className="text-balance text-center text-small">{accountTexts.closedAccount.hint}</p>
        <Button kind="primary" onClick={onKeep}>
          {accountTexts.closedAccount.keep}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {accountTexts.signIn.back}
        </Button>
      </div>
    </AccountCard>
  );
}

function Reason({ code, provider }: { code: string | undefined; provider: string | undefined }) {
  if (code === undefined) return null;
  const { sign_in_failed: unknown, ...known } = accountTexts.providerFailures;
  const failure = new Map<string, string | ((provider: string) => string)>(Object.entries(known)).get(code) ?? unknown;
  return (
    <div className="mb-4">
      {code === "session_ended" ? (
        <p role="status" className="rounded-card bg-sunken px-3 py-2 text-small">
          {accountTexts.sessionEnded}
        </p>
      ) : (
        <Problem>{typeof failure === "string" ? failure : failure(provider ?? accountTexts.provider)}</Problem>
      )}
    </div>
  );
}

const words = accountTexts.signIn;

type SignInCodeProps = {
  /**
   * The email address and the password, which the service has accepted in the first step. The service checks them again together with the
   * code.
   */
  credentials: Credentials;
  onDone: () => Promise<void>;
  onBack: () => void;
};

/** The second step of a sign-in asks for a code of the authenticator app, or for a recovery code. */
function SignInCode({ credentials, onDone, onBack }: SignInCodeProps) {
  const { form, problems, report } = useForm({
    fields: ["code"],
    check: ({ code }) => ({ code: code.trim() === "" ? words.codeMissing : undefined }),
    send({ code }) {
      signIn.mutate(code);
    },
  });
  const signIn = useMutation({
    mutationFn: (code: string) => accountCalls.signIn({ ...credentials, code }),
    onSuccess: onDone,
    onError: (failure) => hasCode(failure, "wrong_second_factor") && report({ code: words.wrongCode }),
  });

  return (
    <AccountCard title={words.codeTitle} hint={words.codeHint}>
      <form {...form} className="flex flex-col gap-4">
        {signIn.isError && !hasCode(signIn.error, "wrong_second_factor") && (
          <Problem>{describeSignIn(signIn.error)}</Problem>
        )}
        <TextField
          name="code"
          label={words.code}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          hint={words.codeFieldHint}
          error={problems.code}
        />
        <Button type="submit" kind="primary" disabled={signIn.isPending || signIn.isSuccess}>
          {signIn.isPending ? words.pending : words.action}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {words.back}
        </Button>
      </form>
    </AccountCard>
  );
}

/** Signs in with a passkey. Shows nothing if the browser or the page cannot use passkeys. */
function PasskeyButton({ onDone }: { onDone: () => Promise<void> }) {
  const signIn = useMutation({ mutationFn: signInWithPasskey, onSuccess: onDone });
  if (!canUsePasskeys()) return null;
  return (
    <div className="mt-4 flex flex-col gap-4">
      <Button disabled={signIn.isPending || signIn.isSuccess} onClick={() => signIn.mutate()}>
        {words.withPasskey}
      </Button>
      {signIn.isError && !isCancelled(signIn.error) && <Problem>{describeSignIn(signIn.error)}</Problem>}
    </div>
  );
}

const failures: Partial<Record<string, string>> = accountTexts.failures;

/** Explains why a sign-in failed. Some error codes mean something else during a sign-in than on other pages. */
function describeSignIn(error: unknown): string {
  return (error instanceof ValetKeyError && failures[error.code]) || describeProblem(error);
}
