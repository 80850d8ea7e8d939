import { useMutation, useQuery } from "@tanstack/react-query";
import Bowser from "bowser";
import { Monitor, Smartphone } from "lucide-react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { Section } from "../../components/page.tsx";
import { ItemList } from "../../components/paged-list.tsx";
import { Problem } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import type { Session } from "../../service/accounts.ts";
import { keys, queryClient, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { formatInstant, formatWhen, texts } from "../../texts/index.ts";

const words = accountTexts.sessions;

/** Lists the sessions of the user: first the session of this browser, then the other sessions by their last use. */
export function SessionList() {
  const { data: current } = useQuery(sessionQuery);
  const list = useQuery({ queryKey: keys.sessions, queryFn: accountCalls.sessions });
  const endOthers = useMutation({
    mutationFn: accountCalls.endOtherSessions,
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: keys.sessions });
      toasts.add({ title: words.endedOthers });
    },
  });
  const isCurrent = ({ id }: { id: string }) => id === current?.session.id;
  const sessions = list.data?.toSorted(
    (a, b) => Number(isCurrent(b)) - Number(isCurrent(a)) || (a.updatedAt < b.updatedAt ? 1 : -1),
  );
  return (
    <Section title={words.title}>
      <ItemList query={list} items={sessions} label={words.title} failed={words.failedToLoad} empty={null}>
        {(session) => <SessionRow key={session.id} session={session} isCurrent={isCurrent(session)} />}
      </ItemList>
      {endOthers.isError && <Problem error={endOthers.error} />}
      {sessions !== undefined && sessions.length > 1 && (
        <div className="flex justify-end">
          <AskInPlace label={words.endOthers} question={words.endOthersHint} action={endOthers} />
        </div>
      )}
    </Section>
  );
}

/** How often the service updates the time of a session's last use, in milliseconds. */
const UPDATED_EVERY_MS = 24 * 3_600_000;

function SessionRow({ session, isCurrent }: { session: Session; isCurrent: boolean }) {
  const device = describeDevice(session.userAgent);
  const Icon = device.isHandheld ? Smartphone : Monitor;
  const end = useMutation({
    mutationFn: () => accountCalls.endSession(session.token),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: keys.sessions });
      toasts.add({ title: words.ended(device.name) });
    },
  });
  return (
    <li className="flex flex-col gap-2 p-3">
      <div className="flex items-center gap-3">
        <Icon size={20} strokeWidth={1.5} aria-hidden="true" className="shrink-0 text-muted" />
        <div className="min-w-0 grow">
          <p className="truncate font-medium">{device.name}</p>
          <Facts session={session} isCurrent={isCurrent} />
        </div>
        {isCurrent ? (
          <span className="shrink-0 rounded-full bg-accent-soft px-2 py-0.5 text-accent text-small">
            {words.thisBrowser}
          </span>
        ) : (
          <Button aria-label={words.endOf(device.name)} disabled={end.isPending} onClick={() => end.mutate()}>
            {words.end}
          </Button>
        )}
      </div>
      {end.isError && <Problem error={end.error} />}
    </li>
  );
}

function Facts({ session, isCurrent }: { session: Session; isCurrent: boolean }) {
  const now = useNow();
  const { createdAt, updatedAt, ipAddress } = session;
  const isRecent = now - Date.parse(updatedAt) < UPDATED_EVERY_MS;
  const active = isRecent ? words.activeLately : words.lastActive(formatWhen(updatedAt, now));
  const facts = [
    isCurrent ? words.activeNow : active,
    words.signedIn(formatWhen(createdAt, now)),
    ...(ipAddress ? [ipAddress] : []),
  ];
  return (
    <p className="text-muted text-small" title={formatInstant(createdAt)}>
      {facts.join(texts.common.separator)}
    </p>
  );
}

function describeDevice(userAgent: string | null | undefined): { name: string; isHandheld: boolean } {
  // The parser Bowser throws an error for an empty string.
  if (!userAgent) return { name: words.unknownDevice, isHandheld: false };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const isHandheld = platform.type === "mobile" || platform.type === "tablet";
  if (!browser.name) return { name: words.unknownDevice, isHandheld };
  return { name: os.name ? words.device(browser.name, os.name) : browser.name, isHandheld };
}
