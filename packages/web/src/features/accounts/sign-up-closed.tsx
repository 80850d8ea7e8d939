import type { Instance } from "@valetkey/client";
import { texts } from "../../texts/index.ts";
import { AccountCard, OtherPageLink } from "./account-card.tsx";
import { ProviderButton } from "./provider-button.tsx";

const words = texts.accounts;

/** Says how to get an account while sign-up is closed. */
export function SignUpClosed({ instance, to }: { instance: Instance; to: string }) {
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
      {/* Someone may have created the first account since the page was loaded. */}
      <OtherPageLink page="/sign-in" to={to} action={words.signUp.otherAction} />
    </AccountCard>
  );
}
