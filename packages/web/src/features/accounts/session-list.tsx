import { useMutation, useQuery } from "@tanstack/react-query";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Section } from "../../components/section.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { keys, queryClient, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { SessionRow } from "./session-row.tsx";

const words = accountTexts.sessions;

/** The sessions of the user: this browser first, then the most recently used. */
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
      {list.isPending && <Skeleton className="h-14" />}
      {list.isError && sessions === undefined && (
        <Failure title={words.failedToLoad} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {sessions !== undefined && (
        <ul aria-label={words.title} className="flex flex-col divide-y rounded-card border bg-surface">
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} isCurrent={isCurrent(session)} />
          ))}
        </ul>
      )}
      {endOthers.isError && <Problem error={endOthers.error} />}
      {sessions !== undefined && sessions.length > 1 && (
        <div className="flex justify-end">
          <AskInPlace
            label={words.endOthers}
            question={words.endOthersHint}
            isPending={endOthers.isPending}
            onConfirm={() => endOthers.mutate()}
          />
        </div>
      )}
    </Section>
  );
}
