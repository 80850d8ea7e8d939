import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { buttonStyle } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Failure, Skeleton } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { linkTokens } from "../../service/link-tokens.ts";
import { invalidate, keys, sessionQuery } from "../../service/queries.ts";
import { recovery } from "../../texts/en/recovery.ts";
import { AccountCard } from "./account-card.tsx";

const proof = getRouteApi("/confirm-email");
const change = getRouteApi("/new-email");

export function ConfirmEmailPage() {
  const { token } = proof.useRouteContext();
  const { proveEmail: confirm } = accountCalls;
  return <ConfirmEmail key={token} token={token} path="/confirm-email" words={recovery.confirm} confirm={confirm} />;
}

export function NewEmailPage() {
  const { token } = change.useRouteContext();
  const { confirmEmailChange: confirm } = accountCalls;
  return <ConfirmEmail key={token} token={token} path="/new-email" words={recovery.newEmail} confirm={confirm} />;
}

type ConfirmEmailProps = {
  token: string;
  /** The path of this page. After the sign-in, the user returns to this path. */
  path: string;
  words: typeof recovery.confirm;
  confirm: (token: string) => Promise<unknown>;
};

/** Confirms the email address of the signed-in account, or gives the account a new email address. */
function ConfirmEmail({ token, path, words, confirm }: ConfirmEmailProps) {
  const { data: session } = useQuery(sessionQuery);
  const isReady = session != null && token !== "";
  const proof = useQuery({
    queryKey: [path, token, session?.user.id],
    async queryFn() {
      await confirm(token);
      linkTokens.forget(path);
      void invalidate(keys.me, sessionQuery.queryKey);
      return true;
    },
    enabled: isReady,
    staleTime: Number.POSITIVE_INFINITY,
    // The link works only once. After a lost response, a second request would report a used link.
    retry: false,
  });
  useDocumentTitle(proof.isSuccess ? words.doneTitle : words.title);
  if (token === "" || hasCode(proof.error, "account_link_invalid")) {
    return (
      <AccountCard title={recovery.invalid.title} hint={words.invalidHint}>
        <MainLink to="/settings" label={words.settings} />
      </AccountCard>
    );
  }
  if (session === null) {
    return (
      <AccountCard title={words.title} hint={words.signedOut}>
        <Link to="/sign-in" search={{ to: path }} className={buttonStyle({ kind: "primary", className: "w-full" })}>
          {words.signIn}
        </Link>
      </AccountCard>
    );
  }
  if (hasCode(proof.error, "access_denied")) {
    return (
      <AccountCard title={words.title} hint={words.otherAccount}>
        <MainLink to="/settings" label={words.settings} />
      </AccountCard>
    );
  }
  if (proof.isError) return <Failure title={words.title} query={proof} />;
  if (!proof.isSuccess) {
    return (
      <AccountCard title={words.pending}>
        <Skeleton className="h-11" />
      </AccountCard>
    );
  }
  return (
    <AccountCard title={words.doneTitle} hint={words.doneHint}>
      <MainLink to="/" label={words.open} />
    </AccountCard>
  );
}

function MainLink({ to, label }: { to: "/" | "/settings"; label: string }) {
  return (
    <Link to={to} className={buttonStyle({ kind: "primary", className: "w-full" })}>
      {label}
    </Link>
  );
}
