import { Section } from "../../components/section.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { chooseLanguage, chosenLanguage, LANGUAGES, type Language } from "../../texts/choose-language.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.language;
const options = [
  { value: "automatic", label: words.automatic },
  ...Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label })),
] as const;

export function LanguageSection() {
  return (
    <Section title={words.title} hint={words.hint}>
      <Segmented
        label={words.title}
        value={chosenLanguage() ?? "automatic"}
        onChange={(value) => chooseLanguage(value === "automatic" ? undefined : value)}
        options={options}
        className="self-stretch md:self-start"
      />
    </Section>
  );
}
