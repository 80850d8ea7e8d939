import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { Page, Section } from "../../components/page.tsx";
import { AccountSection } from "../../features/accounts/account-section.tsx";
import { DeleteAccountSection } from "../../features/accounts/delete-account-section.tsx";
import { PasskeySection } from "../../features/accounts/passkeys.tsx";
import { useHasPassword } from "../../features/accounts/password-again.tsx";
import { SecondFactorSection } from "../../features/accounts/second-factor-section.tsx";
import { SessionList } from "../../features/accounts/sessions.tsx";
import { LanguageSection, MailSection, ThemeSection } from "../../features/settings/preferences.tsx";
import { StorageSection } from "../../features/settings/storage-section.tsx";
import { TokenSection } from "../../features/settings/tokens.tsx";
import { meQuery } from "../../service/queries.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";
import { LazyPart } from "../lazy-part.tsx";
import { leaveDeletedAccount, signOut } from "../session.ts";

const { administration, shortcuts, webhooks } = settingsTexts;

export function SettingsPage() {
  const hasPassword = useHasPassword();
  const [isListed, setListed] = useState(false);
  return (
    <Page title={settingsTexts.title} className="gap-8">
      <AccountSection onSignOut={signOut} />
      {hasPassword && (
        <>
          <SecondFactorSection />
          <PasskeySection />
        </>
      )}
      <SessionList />
      <MailSection />
      <StorageSection />
      <TokenSection />
      <WebhookSection />
      <ThemeSection />
      <LanguageSection />
      <AdministrationSection />
      <Section title={shortcuts.title} hint={shortcuts.hint}>
        <Button className="self-start" onClick={() => setListed(true)}>
          {shortcuts.show}
        </Button>
      </Section>
      <DeleteAccountSection onDeleted={leaveDeletedAccount} />
      {isListed && (
        <LazyPart onClose={() => setListed(false)}>
          {({ ShortcutsDialog }) => <ShortcutsDialog onClose={() => setListed(false)} />}
        </LazyPart>
      )}
    </Page>
  );
}

/** The pages for administrators. Renders nothing for other people. */
function AdministrationSection() {
  const me = useQuery(meQuery);
  if (me.data?.isAdmin !== true) return null;
  return (
    <Section title={administration.title} hint={administration.hint}>
      <div className="flex flex-wrap gap-2">
        <Link to="/admin" className={buttonStyle()}>
          {administration.open}
        </Link>
        <Link to="/settings/doctor" className={buttonStyle()}>
          {administration.doctor}
        </Link>
      </div>
    </Section>
  );
}

function WebhookSection() {
  return (
    <Section title={webhooks.title} hint={webhooks.hint}>
      <Link to="/settings/webhooks" className={buttonStyle({ className: "self-start" })}>
        {webhooks.open}
      </Link>
    </Section>
  );
}
