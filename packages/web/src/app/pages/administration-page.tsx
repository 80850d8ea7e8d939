import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ShieldOff } from "lucide-react";
import { buttonStyle } from "../../components/button.tsx";
import { BackLink, Page } from "../../components/page.tsx";
import { Segmented } from "../../components/select.tsx";
import { Empty, Failure, Skeleton } from "../../components/states.tsx";
import { People } from "../../features/administration/people.tsx";
import { Policy } from "../../features/administration/policy.tsx";
import { AdminLog, AllLinks, MailQueue } from "../../features/administration/service-lists.tsx";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { meQuery } from "../../service/queries.ts";
import { administration } from "../../texts/en/administration.ts";
import { webhookTexts } from "../../texts/en/webhooks.ts";
import { texts } from "../../texts/index.ts";

const words = administration;
const tabs = {
  people: People,
  links: AllLinks,
  policy: Policy,
  mail: MailQueue,
  webhooks: ServiceWebhooks,
  log: AdminLog,
};
type Tab = keyof typeof tabs;
const options = (Object.keys(tabs) as Tab[]).map((value) => ({ value, label: words.tabs[value] }));

export function AdministrationPage() {
  const me = useQuery(meQuery);
  const isOthers = me.data?.isAdmin === false;
  return (
    <Page
      title={words.title}
      {...(!isOthers && { hint: words.hint })}
      above={<BackLink to="/settings">{texts.app.settings}</BackLink>}
      isWide
    >
      {me.isPending && <Skeleton className="h-9" />}
      {me.isError && me.data === undefined && <Failure title={words.people.failed} query={me} />}
      {isOthers && (
        <Empty
          icon={<ShieldOff size={28} strokeWidth={1.5} />}
          {...words.notYours}
          action={
            <Link to="/" className={buttonStyle()}>
              {texts.notes.goTo["/"]}
            </Link>
          }
        />
      )}
      {me.data?.isAdmin && <Tabs />}
    </Page>
  );
}

function Tabs() {
  const { tab } = useSearch({ from: "/signed-in/admin" });
  const navigate = useNavigate();
  const shown: Tab = tab !== undefined && Object.hasOwn(tabs, tab) ? (tab as Tab) : "people";
  const List = tabs[shown];
  return (
    <>
      <Segmented
        label={words.tabs.label}
        value={shown}
        onChange={(value) => void navigate({ to: "/admin", search: { tab: value } })}
        options={options}
        className="grid grid-cols-3 sm:flex sm:self-start"
      />
      <List key={shown} />
    </>
  );
}

const loadWebhooks = () => importWithRetry(() => import("../../features/webhooks/webhooks.tsx"));

/** The code of this list loads on demand, because few administrators open the list. */
function ServiceWebhooks() {
  const code = useCode("webhooks", loadWebhooks);
  if (code.isPending) return <Skeleton className="h-9" />;
  if (code.data === undefined) return <Failure title={webhookTexts.failed} query={code} />;
  return (
    <>
      <p className="text-pretty text-muted text-small">{webhookTexts.serviceHint}</p>
      <code.data.Webhooks scope="service" />
    </>
  );
}
