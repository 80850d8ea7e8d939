import type { Instance } from "@valetkey/client";
import { texts } from "../../texts/index.ts";
import { AccountCard, OtherWay } from "./account-card.tsx";
import { ProviderButton } from "./provider-button.tsx";

const words = texts.accounts;

/** Where nobody makes an account with a password: how one gets in all the same. */
export function ClosedSignUp({ instance, to }: { instance: Instance; to: string }) {
  const { hasAccounts, oidc } = instance;
  const closed = words.closed;
  const hint = hasAccounts
    ? (oidc && closed.hintWithProvider(oidc.name)) || closed.hint
    : (oidc && closed.firstWithProvider(oidc.name)) || closed.first;
  return (
    <AccountCard title={hasAccounts ? closed.title : words.first.title} hint={hint}>
      {!hasAccounts && (
        <pre className="mb-4 whitespace-pre-wrap rounded-card bg-sunken p-3 font-mono text-small">{closed.command}</pre>
      )}
      {oidc !== null && <ProviderButton name={oidc.name} to={to} isOnly />}
      {/* The first account may be there by now. */}
      <OtherWay page="/sign-in" to={to} action={words.signUp.otherAction} />
    </AccountCard>
  );
}
