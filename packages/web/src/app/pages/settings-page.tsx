import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { AccountSection } from "../../features/accounts/account-section.tsx";
import { DeleteAccountSection } from "../../features/accounts/delete-account-section.tsx";
import { PasskeySection } from "../../features/accounts/passkey-section.tsx";
import { SecondFactorSection } from "../../features/accounts/second-factor-section.tsx";
import { SessionList } from "../../features/accounts/session-list.tsx";
import { useHasPassword } from "../../features/accounts/use-has-password.ts";
import { AdministrationSection } from "../../features/settings/administration-section.tsx";
import { LanguageSection } from "../../features/settings/language-section.tsx";
import { MailSection } from "../../features/settings/mail-section.tsx";
import { StorageSection } from "../../features/settings/storage-section.tsx";
import { ThemeSection } from "../../features/settings/theme-section.tsx";
import { TokenSection } from "../../features/settings/token-section.tsx";
import { WebhookSection } from "../../features/settings/webhook-section.tsx";
import { settings as settingsTexts } from "../../texts/en/settings.ts";
import { LazyPart } from "../lazy-part.tsx";
import { leaveDeletedAccount, signOut } from "../use-session.ts";

const { shortcuts } = settingsTexts;

export function SettingsPage() {
  useDocumentTitle(settingsTexts.title);
  const hasPassword = useHasPassword();
  const [isListed, setListed] = useState(false);
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[760px] flex-col gap-8 px-4 py-4 md:px-8 md:py-8">
        <h1 className="text-title">{settingsTexts.title}</h1>
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
      </div>
    </main>
  );
}
