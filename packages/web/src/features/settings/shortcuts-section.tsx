import { Button } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { texts } from "../../texts/index.ts";

const words = texts.settings.shortcuts;

export function ShortcutsSection({ onShow }: { onShow: () => void }) {
  return (
    <Section title={words.title} hint={words.hint}>
      <Button className="self-start" onClick={onShow}>
        {words.show}
      </Button>
    </Section>
  );
}
