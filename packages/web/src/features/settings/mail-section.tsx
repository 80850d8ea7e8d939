import { useMutation, useQuery } from "@tanstack/react-query";
import type { MailChoice, MailPreferences } from "@valetkey/client";
import { Section } from "../../components/section.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { instanceQuery, meQuery, queryClient } from "../../service/queries.ts";
import { mailPreferences as words } from "../../texts/en/mail-preferences.ts";

type Topic = keyof MailPreferences;

const topics = Object.keys(words.topics) as Topic[];
const options = (["at_once", "daily", "never"] as const).map((value) => ({ value, label: words.choices[value] }));
const queryKey = ["mail-preferences"];

/** Lets the user choose which mails to get. Renders nothing if the service sends no mails. */
export function MailSection() {
  const { data: instance } = useQuery(instanceQuery);
  return instance?.mail === true ? <Choices /> : null;
}

function Choices() {
  const { data: me } = useQuery(meQuery);
  const choices = useQuery({ queryKey, queryFn: () => client.mailPreferences() });
  const save = useMutation({
    mutationFn: client.setMailPreferences,
    onSuccess: (saved) => queryClient.setQueryData(queryKey, saved),
  });
  const change = (topic: Topic, choice: MailChoice) => save.mutate({ [topic]: choice });
  const shown = choices.data && { ...choices.data, ...(save.isPending && save.variables) };
  return (
    <Section title={words.title} hint={words.hint}>
      {me?.emailProven === false && <p className="text-pretty font-medium text-small">{words.unproven}</p>}
      {choices.isPending && <Skeleton className="h-40" />}
      {choices.isError && shown === undefined && (
        <Failure title={words.failedToLoad} error={choices.error} onRetry={() => void choices.refetch()} />
      )}
      {shown !== undefined && (
        <ul className="flex flex-col gap-3">
          {topics.map((topic) => (
            <TopicRow key={topic} topic={topic} choice={shown[topic]} onChange={(choice) => change(topic, choice)} />
          ))}
        </ul>
      )}
      {save.isError && <Problem error={save.error} />}
    </Section>
  );
}

type TopicRowProps = { topic: Topic; choice: MailChoice; onChange: (choice: MailChoice) => void };

function TopicRow({ topic, choice, onChange }: TopicRowProps) {
  const hints: Partial<Record<Topic, string>> = words.topicHints;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <div className="min-w-0 grow basis-52 text-small">
        <p>{words.topics[topic]}</p>
        {hints[topic] !== undefined && <p className="text-muted">{hints[topic]}</p>}
      </div>
      <Segmented label={words.topics[topic]} value={choice} onChange={onChange} options={options} />
    </li>
  );
}
