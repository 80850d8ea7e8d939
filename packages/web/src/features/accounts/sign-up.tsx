import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Instance } from "@valetkey/client";
import { Button, buttonStyle } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Problem } from "../../components/states.tsx";
import { PasswordField, TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { ownPath } from "../../service/accounts.ts";
import { hasCode } from "../../service/client.ts";
import { instanceQuery, queryClient, sessionQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { AccountCard, OtherPageLink, ProviderButton } from "./account-card.tsx";
import { checkEmail, checkNewPassword, useForm } from "./form-validation.ts";

const words = accountTexts;

type Invited = {
  title: string;
  hint: string;
  closedHint: string;
  email: string;
  token: string;
  /**
   * Whether the invitation is to the service. Such an invitation creates an account even if the sign-up is closed, but only with the
   * invited email address.
   */
  opensService: boolean;
};

type SignUpProps = {
  to: string;
  invited?: Invited;
  onDone: () => void;
};

const route = getRouteApi("/signed-out/sign-up");

export function SignUpPage() {
  const { to } = route.useSearch();
  const navigate = useNavigate();
  const path = ownPath(to);
  return <SignUp to={path} onDone={() => void navigate({ href: path, replace: true })} />;
}

/** The form that creates an account, which may be the first account of a new service. */
export function SignUp({ to, invited, onDone }: SignUpProps) {
  const { data: instance } = useQuery(instanceQuery);
  const isFirst = instance?.hasAccounts === false;
  const title = invited?.title ?? (isFirst ? words.first.title : words.signUp.title);
  useDocumentTitle(title);
  const { form, problems, report } = useForm({
    fields: ["name", "email", "password"],
    check: ({ name, email, password }) => ({
      name: name.trim() === "" ? words.problems.nameMissing : undefined,
      email: checkEmail(email),
      password: checkNewPassword(password),
    }),
    send({ name, email, password }) {
      signUp.mutate({ name: name.trim(), email: email.trim(), password, invitation: invited?.token });
    },
  });
  const signUp = useMutation({
    mutationFn: accountCalls.signUp,
    async onSuccess() {
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      void queryClient.invalidateQueries({ queryKey: instanceQuery.queryKey });
      onDone();
    },
    onError(failure) {
      // The operator may have closed the sign-up while the page was open, so the settings of the service load again.
      void queryClient.invalidateQueries({ queryKey: instanceQuery.queryKey });
      if (hasCode(failure, "email_taken")) report({ email: words.failures.email_taken });
    },
  });

  const mode = invited?.opensService === true ? "invited" : instance?.signUp;
  const isOpen = mode === "open" || (mode === "invited" && invited !== undefined);
  if (instance !== undefined && !isOpen) return <SignUpClosed instance={instance} to={to} invited={invited} />;
  return (
    <AccountCard
      title={title}
      hint={invited?.hint ?? (isFirst ? words.first.hint : undefined)}
      namesService={invited?.opensService ?? isFirst}
    >
      {instance?.oidc && <ProviderButton name={instance.oidc.name} to={to} />}
      <form {...form} className="flex flex-col gap-4">
        {signUp.isError && !hasCode(signUp.error, "email_taken") && <Problem error={signUp.error} />}
        <TextField name="name" label={words.name} autoComplete="name" autoFocus error={problems.name} />
        <TextField
          name="email"
          type="email"
          label={words.email}
          autoComplete="username"
          defaultValue={invited?.email}
          readOnly={mode === "invited"}
          hint={mode === "invited" ? words.signUp.emailFixed : undefined}
          error={problems.email}
        />
        <PasswordField
          name="password"
          label={words.password}
          autoComplete="new-password"
          hint={words.passwordHint}
          error={problems.password}
        />
        <Button type="submit" kind="primary" disabled={signUp.isPending || signUp.isSuccess}>
          {signUp.isPending ? words.signUp.pending : words.signUp.action}
        </Button>
      </form>
      {!isFirst && (
        <OtherPageLink page="/sign-in" to={to} question={words.signUp.other} action={words.signUp.otherAction} />
      )}
    </AccountCard>
  );
}

type SignUpClosedProps = Pick<SignUpProps, "to"> & { instance: Instance; invited: SignUpProps["invited"] };

function SignUpClosed({ instance, to, invited }: SignUpClosedProps) {
  const { hasAccounts, oidc, signUp } = instance;
  const closed = { ...words.closed, ...(signUp === "invited" && words.invitedOnly) };
  const hint = hasAccounts
    ? (oidc && closed.hintWithProvider(oidc.name)) || closed.hint
    : (oidc && closed.firstWithProvider(oidc.name)) || closed.first;
  return (
    <AccountCard
      title={invited?.title ?? (hasAccounts ? closed.title : words.first.title)}
      hint={oidc === null ? (invited?.closedHint ?? hint) : hint}
      namesService={invited?.opensService ?? !hasAccounts}
    >
      {!hasAccounts && (
        <pre className="mb-4 whitespace-pre-wrap rounded-card bg-sunken p-3 font-mono text-small">{closed.command}</pre>
      )}
      {oidc !== null && <ProviderButton name={oidc.name} to={to} isOnly />}
      {/* Another person may have created the first account while the page was open, so the page also links to the sign-in. */}
      {oidc === null && hasAccounts ? (
        <Link
          to="/sign-in"
          search={to === "/" ? {} : { to }}
          className={buttonStyle({ kind: "primary", className: "w-full" })}
        >
          {words.signUp.otherAction}
        </Link>
      ) : (
        <OtherPageLink page="/sign-in" to={to} action={words.signUp.otherAction} />
      )}
    </AccountCard>
  );
}
