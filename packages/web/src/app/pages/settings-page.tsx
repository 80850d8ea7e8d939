import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import type { ComponentType } from "react";
import { useDocumentTitle } from "../../components/hooks.ts";
import { BackLink, PagePart } from "../../components/page.tsx";
import { AccountSection, EmailProof } from "../../features/accounts/account-section.tsx";
import { DeleteAccountSection } from "../../features/accounts/delete-account-section.tsx";
import { PasskeySection } from "../../features/accounts/passkeys.tsx";
import { useHasPassword } from "../../features/accounts/password-again.tsx";
import { SecondFactorSection } from "../../features/accounts/second-factor-section.tsx";
import { SessionList } from "../../features/accounts/sessions.tsx";
import { LanguageSection, MailChoices, ShortcutSection, ThemeSection } from "../../features/settings/preferences.tsx";
import { StorageMeter } from "../../features/settings/storage-section.tsx";
import { Tokens } from "../../features/settings/tokens.tsx";
import { instanceQuery, meQuery } from "../../service/queries.ts";
import { mailPreferences, settings as words } from "../../texts/en/settings.ts";
import { leaveDeletedAccount, signOut } from "../session.ts";
import { pathOf, type SettingsPartId, settingsParts } from "../settings-parts.ts";
import { MissingPage } from "../status-pages.tsx";

/** The frame of the settings: the index of the parts, and one part. On phones, the index is a separate page. */
export function SettingsPage() {
  const isOverview = useRouterState({ select: ({ location }) => /^\/settings\/?$/.test(location.pathname) });
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[1040px] flex-col gap-x-12 px-4 py-4 md:flex-row md:px-8 md:py-8">
        <aside className={clsx("flex flex-col gap-4 md:w-52 md:gap-2 md:shrink-0", !isOverview && "max-md:hidden")}>
          <IndexTitle isOverview={isOverview} />
          <Index isOverview={isOverview} />
        </aside>
        <div className={clsx("min-w-0 max-w-[680px] grow", isOverview && "max-md:hidden")}>
          {!isOverview && (
            <BackLink to="/settings" className="md:hidden">
              {words.title}
            </BackLink>
          )}
          <Outlet />
        </div>
      </div>
    </main>
  );
}

function IndexTitle({ isOverview }: { isOverview: boolean }) {
  useDocumentTitle(isOverview ? words.title : undefined);
  const className = "px-2 text-title max-md:px-0";
  return isOverview ? <h1 className={className}>{words.title}</h1> : <p className={className}>{words.title}</p>;
}

function Index({ isOverview }: { isOverview: boolean }) {
  const me = useQuery(meQuery).data;
  const sendsMail = useQuery(instanceQuery).data?.mail === true;
  const shown = settingsParts.filter(
    ({ isFor }) => (isFor !== "administrators" || me?.isAdmin === true) && (isFor !== "mail" || sendsMail),
  );
  return (
    <nav aria-label={words.title}>
      <ul className="flex flex-col gap-0.5 max-md:divide-y max-md:rounded-card max-md:border max-md:bg-surface">
        {shown.map(({ id, icon: Icon }) => (
          <li key={id}>
            <Link
              to={pathOf(id)}
              className={clsx(
                "flex min-h-14 items-center gap-3 px-3 py-2 transition-colors hover:bg-hover hover:text-ink md:min-h-9 md:gap-2 md:rounded-card md:px-2 md:py-1",
                "md:data-[status=active]:bg-selected md:data-[status=active]:font-medium md:data-[status=active]:text-ink",
                isOverview && id === "account" ? "md:bg-selected md:font-medium" : "md:text-muted",
              )}
            >
              <Icon size={16} aria-hidden="true" className="shrink-0 max-md:text-muted" />
              <span className="min-w-0 grow">
                {words.parts[id].title}
                <span className="block text-muted text-small md:hidden">{words.parts[id].hint}</span>
              </span>
              <ChevronRight size={16} aria-hidden="true" className="shrink-0 text-muted md:hidden" />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Shows the first part of the settings beside the index. Phones show only the index. */
export function SettingsOverview() {
  return <Account isOverview />;
}

export function SettingsPart() {
  const { part } = useParams({ from: "/signed-in/settings/$part" });
  const Part = Object.hasOwn(contents, part) ? contents[part as keyof typeof contents] : MissingPage;
  return <Part />;
}

const contents = {
  account: () => <Account />,
  security: Security,
  mails: () => (
    <PagePart title={words.parts.mails.title} hint={words.mails.hint}>
      <EmailProof hint={mailPreferences.unproven} />
      <MailChoices />
    </PagePart>
  ),
  appearance: () => (
    <PagePart title={words.parts.appearance.title}>
      <ThemeSection />
      <LanguageSection />
      <ShortcutSection />
    </PagePart>
  ),
  storage: () => (
    <PagePart title={words.parts.storage.title} hint={words.storage.hint}>
      <StorageMeter />
    </PagePart>
  ),
  tokens: () => (
    <PagePart title={words.parts.tokens.title} hint={words.tokens.hint}>
      <Tokens />
    </PagePart>
  ),
} satisfies Partial<Record<SettingsPartId, ComponentType>>;

function Account({ isOverview = false }: { isOverview?: boolean }) {
  return (
    <PagePart title={words.parts.account.title} isOverview={isOverview}>
      <AccountSection onSignOut={signOut} />
      <DeleteAccountSection onDeleted={leaveDeletedAccount} />
    </PagePart>
  );
}

function Security() {
  const hasPassword = useHasPassword();
  return (
    <PagePart title={words.parts.security.title}>
      {hasPassword && (
        <>
          <SecondFactorSection />
          <PasskeySection />
        </>
      )}
      <SessionList />
    </PagePart>
  );
}
