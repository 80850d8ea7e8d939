import { useStore } from "@nanostores/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { MailChoice, MailPreferences } from "@valetkey/client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useId } from "react";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/page.tsx";
import { Segmented } from "../../components/select.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { $theme, chooseTheme } from "../../service/choices.ts";
import { client } from "../../service/client.ts";
import { meQuery, queryClient } from "../../service/queries.ts";
import { actionOf } from "../../service/shortcuts.ts";
import { chooseLanguage, chosenLanguage, LANGUAGES, type Language } from "../../texts/choose-language.ts";
import { mailPreferences, settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.theme;
const themes = [
  { value: "system", label: words.options.system, icon: <Monitor size={16} aria-hidden="true" /> },
  { value: "light", label: words.options.light, icon: <Sun size={16} aria-hidden="true" /> },
  { value: "dark", label: words.options.dark, icon: <Moon size={16} aria-hidden="true" /> },
] as const;

export function ThemeSection() {
  return (
    <Section title={words.title} hint={words.hint}>
      <Segmented
        label={words.title}
        value={useStore($theme)}
        onChange={chooseTheme}
        options={themes}
        className="self-stretch md:self-start"
      />
    </Section>
  );
}

const languageWords = settingsTexts.language;
const languages = [
  { value: "automatic", label: languageWords.automatic },
  ...Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label })),
] as const;

export function LanguageSection() {
  return (
    <Section title={languageWords.title} hint={languageWords.hint}>
      <Segmented
        label={languageWords.title}
        value={chosenLanguage() ?? "automatic"}
        onChange={(value) => chooseLanguage(value === "automatic" ? undefined : value)}
        options={languages}
        className="self-stretch md:self-start"
      />
    </Section>
  );
}

const { shortcuts } = settingsTexts;

export function ShortcutSection() {
  return (
    // Touch screens without a mouse rarely have a keyboard.
    <div className="pointer-coarse:hidden border-t pt-6">
      <Section title={shortcuts.title} hint={shortcuts.hint}>
        <Button className="self-start" onClick={() => actionOf("?")?.()}>
          {shortcuts.show}
        </Button>
      </Section>
    </div>
  );
}

type Topic = keyof MailPreferences;

const topics = Object.keys(mailPreferences.topics) as Topic[];
const mailChoices = (["at_once", "daily", "never"] as const).map((value) => ({
  value,
  label: mailPreferences.choices[value],
}));
const queryKey = ["mail-preferences"];
export function MailChoices() {
  const choices = useQuery({ queryKey, queryFn: () => client.mailPreferences() });
  const save = useMutation({
    mutationFn: client.setMailPreferences,
    onSuccess: (saved) => queryClient.setQueryData(queryKey, saved),
  });
  const change = (topic: Topic, choice: MailChoice) => save.mutate({ [topic]: choice });
  const shown = choices.data && { ...choices.data, ...(save.isPending && save.variables) };
  return (
    <>
      {choices.isPending && <Skeleton className="h-40" />}
      {choices.isError && shown === undefined && <Failure title={mailPreferences.failedToLoad} query={choices} />}
      {shown !== undefined && (
        <ul className="flex flex-col gap-5">
          {topics.map((topic) => (
            <TopicRow key={topic} topic={topic} choice={shown[topic]} onChange={(choice) => change(topic, choice)} />
          ))}
        </ul>
      )}
      {save.isError && <Problem error={save.error} />}
    </>
  );
}

type TopicRowProps = { topic: Topic; choice: MailChoice; onChange: (choice: MailChoice) => void };

function TopicRow({ topic, choice, onChange }: TopicRowProps) {
  const id = useId();
  const isUnproven = useQuery(meQuery).data?.emailProven === false;
  const hints: Partial<Record<Topic, string>> = {
    ...mailPreferences.topicHints,
    ...(isUnproven && mailPreferences.unprovenHints),
  };
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <div className="min-w-0 grow basis-52 text-small">
        <p>{mailPreferences.topics[topic]}</p>
        {hints[topic] !== undefined && (
          <p id={id} className="text-pretty text-muted">
            {hints[topic]}
          </p>
        )}
      </div>
      <Segmented
        label={mailPreferences.topics[topic]}
        describedBy={hints[topic] && id}
        value={choice}
        onChange={onChange}
        options={mailChoices}
        className="max-sm:grid max-sm:w-full max-sm:grid-cols-3"
      />
    </li>
  );
}
