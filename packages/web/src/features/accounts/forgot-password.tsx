import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { instanceQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { recovery } from "../../texts/en/recovery.ts";
import { texts } from "../../texts/index.ts";
import { AccountCard, OperatorHelp, OtherPageLink } from "./account-card.tsx";
import { checkEmail, useForm } from "./form-validation.ts";

const words = recovery.forgot;

export function ForgotPassword() {
  useDocumentTitle(words.title);
  const { data: instance, error, isError, refetch } = useQuery(instanceQuery);
  const request = useMutation({ mutationFn: accountCalls.requestPasswordReset });
  if (instance === undefined) return isError ? <Unknown error={error} onRetry={refetch} /> : null;
  if (!instance.mail) return <WithoutMail contact={instance.operatorContact} />;
  if (request.isSuccess) return <Sent email={request.variables} />;
  return <RequestForm request={request} />;
}

/** The page could not load the settings of the service, so it does not know whether the service can send a mail. */
function Unknown({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <AccountCard title={words.title}>
      <Problem error={error} />
      <Button className="mt-4 w-full" onClick={onRetry}>
        {texts.common.tryAgain}
      </Button>
      <BackToSignIn />
    </AccountCard>
  );
}

type Request = { isPending: boolean; isError: boolean; error: unknown; mutate(email: string): void };

function RequestForm({ request }: { request: Request }) {
  const { form, problems } = useForm({
    fields: ["email"],
    check: ({ email }) => ({ email: checkEmail(email) }),
    send: ({ email }) => request.mutate(email.trim()),
  });
  return (
    <AccountCard title={words.title} hint={words.hint}>
      <form {...form} className="flex flex-col gap-4">
        {request.isError && <Problem error={request.error} />}
        <TextField
          name="email"
          type="email"
          label={accountTexts.email}
          autoComplete="username"
          autoFocus
          error={problems.email}
        />
        <Button type="submit" kind="primary" disabled={request.isPending}>
          {request.isPending ? words.pending : words.action}
        </Button>
      </form>
      <BackToSignIn />
    </AccountCard>
  );
}

/** Shows the same text for every email address, so that nobody can find out who has an account. */
function Sent({ email }: { email: string }) {
  return (
    <AccountCard title={words.sentTitle}>
      <div role="status" className="flex flex-col gap-2 text-pretty text-center">
        <p className="break-words">{words.sent(email)}</p>
        <p className="text-muted text-small">{words.sentHint}</p>
      </div>
      <BackToSignIn />
    </AccountCard>
  );
}

/** Shows how to contact the operator, because the service cannot send a link by mail. */
function WithoutMail({ contact }: { contact: string | null }) {
  return (
    <AccountCard title={words.title} hint={words.noMail}>
      <div className="flex flex-col gap-4 text-balance text-center">
        <p>{words.askOperator}</p>
        <OperatorHelp contact={contact} hint={words.inAdministration} command={words.command(words.exampleEmail)} />
      </div>
      <BackToSignIn />
    </AccountCard>
  );
}

function BackToSignIn() {
  return <OtherPageLink page="/sign-in" to="/" action={words.back} />;
}
