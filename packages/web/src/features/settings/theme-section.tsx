import { useStore } from "@nanostores/react";
import { Monitor, Moon, Sun } from "lucide-react";
import { Section } from "../../components/section.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { $theme, chooseTheme } from "../../service/theme.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.theme;
const options = [
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
        options={options}
        className="self-stretch md:self-start"
      />
    </Section>
  );
}
